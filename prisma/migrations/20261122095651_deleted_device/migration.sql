-- CreateTable
CREATE TABLE "deleted_device" (
    "device_id" BIGINT NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "deleted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "deleted_device_pkey" PRIMARY KEY ("device_id")
);
