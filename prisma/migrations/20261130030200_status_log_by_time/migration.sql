-- Who came and went within the last hour is asked of all devices at once.
CREATE INDEX "status_log_timestamp_idx" ON "status_log"("timestamp");
