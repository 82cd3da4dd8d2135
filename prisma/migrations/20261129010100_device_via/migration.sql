-- AlterTable
ALTER TABLE "device" ADD COLUMN     "via" TEXT,
ADD COLUMN     "via_epoch" BIGINT;

-- CreateIndex
CREATE INDEX "device_via_idx" ON "device"("via");
