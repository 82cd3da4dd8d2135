-- In which session a device was sent a desired value or told of a task, so that it is once in each.
ALTER TABLE "desired_value" ADD COLUMN "sent_in" TEXT NOT NULL DEFAULT '';
ALTER TABLE "device_task" ADD COLUMN "told_in" TEXT NOT NULL DEFAULT '';
