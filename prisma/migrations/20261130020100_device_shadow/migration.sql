-- The shadow of a device: what it says that it is, and what applications want it to be. It goes with the device.
CREATE TABLE "device_shadow" (
    "device_id" BIGINT NOT NULL,
    "version" BIGINT NOT NULL,
    "reported" TEXT NOT NULL,
    "desired" TEXT NOT NULL,
    "metadata" TEXT NOT NULL,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "device_shadow_pkey" PRIMARY KEY ("device_id"),
    CONSTRAINT "device_shadow_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
