-- DropForeignKey
ALTER TABLE "timed_task" DROP CONSTRAINT "timed_task_group_code_fkey";

-- AddForeignKey
ALTER TABLE "timed_task" ADD CONSTRAINT "timed_task_group_code_fkey" FOREIGN KEY ("group_code") REFERENCES "timed_group"("code") ON DELETE CASCADE ON UPDATE CASCADE;
