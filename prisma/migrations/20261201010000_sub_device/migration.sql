-- Devices that are attached to gateway devices, and devices that these have seen.
CREATE TABLE "sub_device" (
    "device_id" BIGINT NOT NULL,
    "gateway_id" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sub_device_pkey" PRIMARY KEY ("device_id")
);
CREATE INDEX "sub_device_gateway_id_device_id_idx" ON "sub_device"("gateway_id", "device_id");
ALTER TABLE "sub_device" ADD CONSTRAINT "sub_device_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sub_device" ADD CONSTRAINT "sub_device_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "found_device" (
    "gateway_id" BIGINT NOT NULL,
    "product_id" TEXT NOT NULL,
    "device_name" TEXT NOT NULL,
    "found_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "found_device_pkey" PRIMARY KEY ("gateway_id","product_id","device_name")
);
ALTER TABLE "found_device" ADD CONSTRAINT "found_device_gateway_id_fkey" FOREIGN KEY ("gateway_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Through which gateway device a session went.
ALTER TABLE "status_log" ADD COLUMN "via" TEXT NOT NULL DEFAULT '';

-- Lines that only say of a sub-device what its gateway device did.
ALTER TABLE "status_log" ADD COLUMN "follows" BOOLEAN NOT NULL DEFAULT false;

-- The gateway device that has made a device by registering it, before it is attached to it, the stream that the epoch of a gateway device's
-- session counts in, as one that is made anew counts from 1 again, and what applications know a device by.
ALTER TABLE "device"
    ADD COLUMN "registered_by" BIGINT,
    ADD COLUMN "via_stream" BIGINT,
    ADD COLUMN "iot_id" TEXT NOT NULL GENERATED ALWAYS AS (left(encode(sha256(int8send("id")), 'hex'), 32)) STORED;
CREATE UNIQUE INDEX "device_iot_id_key" ON "device"("iot_id");
CREATE INDEX "device_registered_by_idx" ON "device"("registered_by");
