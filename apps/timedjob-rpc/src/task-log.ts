/** The runs of tasks with their results, as TaskLogIndex shows them. */
import type { PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { QueueMessage, TaskRef } from './queue/job';

/** Days that a line is kept. */
const KEEP_DAYS = 30;
/** Milliseconds between two clean-ups. */
const TRIM_MS = 3_600_000;
/** Characters of a result's words. */
const MAX_MESSAGE = 1000;

export interface RunResult {
  /** 200 or an error code. */
  readonly code: number;
  readonly message: string;
}

export class TaskLog {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Logger,
  ) {}

  /** Begins to remove what is old. */
  start(): void {
    this.timer = setInterval(() => {
      this.trim(Date.now()).catch((err: unknown) => this.log.warn({ err }, 'old task logs could not be removed'));
    }, TRIM_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Removes what is older than 30 days. @returns how many lines */
  async trim(nowMs: number): Promise<number> {
    const before = new Date(nowMs - KEEP_DAYS * 86_400_000);
    const { count } = await this.prisma.timedLog.deleteMany({ where: { createdTime: { lt: before } } });
    return count;
  }

  async append({ groupCode, code }: TaskRef, message: QueueMessage | undefined, result: RunResult): Promise<void> {
    await this.prisma.timedLog.create({
      data: {
        groupCode,
        taskCode: code,
        params: message ? JSON.stringify({ topic: message.topic, payload: message.payload }) : '',
        resultCode: result.code,
        resultMsg: result.message.slice(0, MAX_MESSAGE),
      },
    });
  }
}
