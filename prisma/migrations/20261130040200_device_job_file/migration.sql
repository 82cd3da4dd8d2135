-- Files of jobs whose bytes are here.
CREATE TABLE "device_job_file" (
    "job_id" BIGINT NOT NULL,
    "content" BYTEA NOT NULL,

    CONSTRAINT "device_job_file_pkey" PRIMARY KEY ("job_id")
);

ALTER TABLE "device_job_file" ADD CONSTRAINT "device_job_file_job_id_fkey" FOREIGN KEY ("job_id") REFERENCES "device_job"("id") ON DELETE CASCADE ON UPDATE CASCADE;
