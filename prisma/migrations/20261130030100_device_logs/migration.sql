-- What the programs of devices log.
CREATE TABLE "sdk_log" (
    "device_id" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "arrived_at" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "level" INTEGER NOT NULL,
    "module" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "trace_context" TEXT NOT NULL,
    "content" TEXT NOT NULL,

    CONSTRAINT "sdk_log_pkey" PRIMARY KEY ("device_id","timestamp","arrived_at","message_id")
) PARTITION BY RANGE ("arrived_at");

-- How the networks of devices were.
CREATE TABLE "network_status" (
    "device_id" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "arrived_at" BIGINT NOT NULL,
    "message_id" UUID NOT NULL,
    "is_history" BOOLEAN NOT NULL,
    "metrics" TEXT NOT NULL,

    CONSTRAINT "network_status_pkey" PRIMARY KEY ("device_id","timestamp","arrived_at","message_id")
) PARTITION BY RANGE ("arrived_at");

-- What is wrong with devices, and when it was over.
CREATE TABLE "abnormal_log" (
    "id" BIGSERIAL NOT NULL,
    "device_id" BIGINT NOT NULL,
    "timestamp" BIGINT NOT NULL,
    "action" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "trace_id" TEXT NOT NULL,

    CONSTRAINT "abnormal_log_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "abnormal_log_device_id_timestamp_idx" ON "abnormal_log"("device_id", "timestamp");
CREATE INDEX "abnormal_log_timestamp_idx" ON "abnormal_log"("timestamp");

ALTER TABLE "abnormal_log" ADD CONSTRAINT "abnormal_log_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
