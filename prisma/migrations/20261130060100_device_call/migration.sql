-- Calls from devices behind gateways of other protocols, until somebody has answered them.
CREATE TABLE "device_call" (
    "device_id" BIGINT NOT NULL,
    "msg_token" TEXT NOT NULL,
    "action_id" TEXT NOT NULL,
    "timestamp" BIGINT NOT NULL,

    CONSTRAINT "device_call_pkey" PRIMARY KEY ("device_id", "msg_token")
);

CREATE INDEX "device_call_timestamp_idx" ON "device_call"("timestamp");

ALTER TABLE "device_call" ADD CONSTRAINT "device_call_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
