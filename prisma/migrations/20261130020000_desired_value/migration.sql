-- Values that wait for a device become its desired values, of which those that wait are a part. Each has a version, counted
-- from the first setting on, and keeps it when the value is deleted.
ALTER TABLE "waiting_value" RENAME TO "desired_value";
ALTER TABLE "desired_value" RENAME CONSTRAINT "waiting_value_pkey" TO "desired_value_pkey";
ALTER TABLE "desired_value" RENAME CONSTRAINT "waiting_value_device_id_fkey" TO "desired_value_device_id_fkey";
ALTER TABLE "desired_value" ALTER COLUMN "value" DROP NOT NULL;
ALTER TABLE "desired_value" ADD COLUMN "version" BIGINT NOT NULL DEFAULT 1;
ALTER TABLE "desired_value" ALTER COLUMN "version" DROP DEFAULT;
ALTER TABLE "desired_value" ADD COLUMN "is_waiting" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "desired_value" ALTER COLUMN "is_waiting" DROP DEFAULT;
