-- The stream that the epoch of a gateway device's session counts in: one that is made anew counts from 1 again.
ALTER TABLE "device" ADD COLUMN "via_stream" BIGINT;
-- Lines that only say of a sub-device what its gateway device did.
ALTER TABLE "status_log" ADD COLUMN "follows" BOOLEAN NOT NULL DEFAULT false;
