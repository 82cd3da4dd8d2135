-- AlterTable
ALTER TABLE "product" ADD COLUMN     "schema_revision" UUID NOT NULL DEFAULT gen_random_uuid();
