-- Texts that services and applications keep with a device.
CREATE TABLE "device_profile" (
    "device_id" BIGINT NOT NULL,
    "code" TEXT NOT NULL,
    "params" TEXT NOT NULL,

    CONSTRAINT "device_profile_pkey" PRIMARY KEY ("device_id", "code")
);

ALTER TABLE "device_profile" ADD CONSTRAINT "device_profile_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
