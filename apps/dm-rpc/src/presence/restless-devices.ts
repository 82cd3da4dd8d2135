/**
 * Devices that come and go all the time: each gets a line of what is wrong with it, and one when that is over (unitedrhino,
 * things: its event of each half hour, with the same numbers). Most have two programs under one name, which cut each other.
 * Of a gateway device that does, its sub-devices, which go with it and come back through it, get none.
 */
import { OnlineState } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';

const EVERY_MS = 1_800_000;
const HOUR_MS = 3_600_000;
/** Logins and ends of sessions within an hour: from so many on something is wrong, and with so many it is over. */
const TOO_MANY = 10;
const ENOUGH = 5;
/** "alinkrst" in ASCII, cut to 31 bits: of several instances one looks at a time. */
const LOCK_KEY = 0x6b727374;

/** What it is called; applications ask for it. */
const TYPE = 'online';

/** @param now unix milliseconds @returns how many lines were written */
export const noteRestlessDevices = (prisma: PrismaClient, now: number): Promise<number> =>
  prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK_KEY})`;
    return tx.$executeRaw`
      WITH latest AS (
        SELECT DISTINCT ON (device_id) device_id, action FROM abnormal_log WHERE type = ${TYPE}
        ORDER BY device_id, id DESC),
      counted AS (
        SELECT device_id, count(*) AS changes FROM (
          SELECT device_id, follows, status = ${OnlineState.online} AND via <> ''
            AND lag(follows) OVER (PARTITION BY device_id ORDER BY id) AS comes_back
          FROM status_log WHERE timestamp > ${now - HOUR_MS}::bigint) AS line
        WHERE NOT follows AND comes_back IS NOT TRUE GROUP BY device_id)
      INSERT INTO abnormal_log (device_id, timestamp, action, type, reason, trace_id)
      SELECT device_id, ${now}::bigint, 1, ${TYPE}, 'it came and went ' || changes || ' times within an hour', ''
      FROM counted LEFT JOIN latest USING (device_id)
      WHERE changes >= ${TOO_MANY} AND action IS DISTINCT FROM 1
      UNION ALL
      SELECT device_id, ${now}::bigint, 2, ${TYPE}, 'it comes and goes as others do again', ''
      FROM latest LEFT JOIN counted USING (device_id)
      WHERE action = 1 AND coalesce(changes, 0) <= ${ENOUGH}`;
  });

/** Looks every half hour. */
export class RestlessDevices {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Logger,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running = noteRestlessDevices(this.prisma, this.now()).catch((err: unknown) =>
        this.log.warn(
          { err },
          'nobody has looked for devices that come and go too often; trying again in half an hour',
        ),
      );
    }, EVERY_MS);
  }

  /** Waits for a look under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }
}
