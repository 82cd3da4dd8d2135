-- A device that a gateway device has made by registering it, before it is attached to it, and what applications know a device by.
ALTER TABLE "sub_device" DROP COLUMN "registered";
ALTER TABLE "device"
    ADD COLUMN "registered_by" BIGINT,
    ADD COLUMN "iot_id" TEXT NOT NULL GENERATED ALWAYS AS (left(encode(sha256(int8send("id")), 'hex'), 32)) STORED;
CREATE UNIQUE INDEX "device_iot_id_key" ON "device"("iot_id");
