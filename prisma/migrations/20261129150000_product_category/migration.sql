-- A product in no category is in that of products that are not classified, as in unitedrhino.
UPDATE "product" SET "category_id" = 2 WHERE "category_id" = 0;
ALTER TABLE "product" ALTER COLUMN "category_id" SET DEFAULT 2;
