-- What devices are to do, and how far each has come.
CREATE TABLE "device_job" (
    "id" BIGSERIAL NOT NULL,
    "product_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "desc" TEXT NOT NULL DEFAULT '',
    "document" TEXT NOT NULL,
    "file_url" TEXT NOT NULL DEFAULT '',
    "file_sign" TEXT NOT NULL DEFAULT '',
    "file_sign_method" TEXT NOT NULL DEFAULT '',
    "timeout_minutes" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "cancelled_at" TIMESTAMPTZ(3),

    CONSTRAINT "device_job_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "device_task" (
    "id" BIGSERIAL NOT NULL,
    "job_id" BIGINT NOT NULL,
    "device_id" BIGINT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "progress" INTEGER NOT NULL DEFAULT 0,
    "status_details" TEXT NOT NULL DEFAULT '',
    "started_at" BIGINT NOT NULL DEFAULT 0,
    "updated_at" BIGINT NOT NULL,

    CONSTRAINT "device_task_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "device_job_product_id_id_idx" ON "device_job"("product_id", "id");
CREATE UNIQUE INDEX "device_task_job_id_device_id_key" ON "device_task"("job_id", "device_id");
CREATE INDEX "device_task_device_id_status_idx" ON "device_task"("device_id", "status");
CREATE INDEX "device_task_status_started_at_idx" ON "device_task"("status", "started_at");

ALTER TABLE "device_job" ADD CONSTRAINT "device_job_product_id_fkey" FOREIGN KEY ("product_id") REFERENCES "product"("product_id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "device_task" ADD CONSTRAINT "device_task_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "device_job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "device_task" ADD CONSTRAINT "device_task_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "device"("id") ON DELETE CASCADE ON UPDATE CASCADE;
