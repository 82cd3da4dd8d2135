-- A property set has a row for each of its properties, as in unitedrhino's log. What is not to be logged has rows all the
-- same, since the device's answer is found by them.
ALTER TABLE "send_log"
  ADD COLUMN "part" INTEGER NOT NULL DEFAULT 0,
  ADD COLUMN "is_logged" BOOLEAN NOT NULL DEFAULT true,
  DROP CONSTRAINT "send_log_pkey",
  ADD CONSTRAINT "send_log_pkey" PRIMARY KEY ("device_id", "msg_token", "part");
