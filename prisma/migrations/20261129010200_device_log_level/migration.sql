-- AlterTable
ALTER TABLE "device" ADD COLUMN     "log_level" INTEGER NOT NULL DEFAULT 0;

-- What stood among the fields that nothing acted on. A number that is no level was never one.
UPDATE "device" SET "log_level" = CASE WHEN "extra"->>'logLevel' ~ '^[1-5]$' THEN ("extra"->>'logLevel')::int ELSE 0 END,
  "extra" = "extra" - 'logLevel'
WHERE "extra" ? 'logLevel';
