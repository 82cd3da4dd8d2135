-- AlterTable
ALTER TABLE "timed_task" ADD COLUMN     "next_fire_at" TIMESTAMPTZ(3),
ADD COLUMN     "revision" INTEGER NOT NULL DEFAULT 1,
ADD COLUMN     "uid" UUID NOT NULL DEFAULT gen_random_uuid();
