/**
 * When a timing job runs: cron expressions of 5 and 6 fields (seconds first), and `@every <Go duration>`. What robfig/cron
 * takes, on which unitedrhino runs its jobs, means the same here; the sixth field is ours.
 */
import { isTimeZone } from '@alink/runtime';
import { CronExpressionParser } from 'cron-parser';
import { parseGoDuration } from './go-duration';

export interface Schedule {
  /** The first time, unix milliseconds, for a job that is made or changed at `nowMs`. */
  first(nowMs: number): number;
  /**
   * The first time after `nowMs`, given one that was due: the same for every instance that asks. What was missed in
   * between is passed over.
   */
  next(dueMs: number, nowMs: number): number;
  /** Whether `ms` can be one of its times. `@every` counts from whenever its job was made, so any can. */
  meets(ms: number): boolean;
}

const EVERY = '@every ';
/** As robfig/cron does: below a second there is nothing. */
const SHORTEST_MS = 1000;
/** A century: later than that is never. */
const LONGEST_MS = 100 * 365 * 24 * 3_600_000;
/** An expression may begin with the zone it is meant in (robfig/cron, "Time zones"). */
const OWN_ZONE = /^(?:CRON_)?TZ=(\S*)\s+(.*)$/s;

/**
 * @param timeZone IANA name of the zone whose clock a cron expression is read by, unless it names its own
 * @throws {SyntaxError} saying what is wrong, in words that suit a caller
 */
export const parseSchedule = (expression: string, timeZone: string): Schedule => {
  const [, zone = timeZone, rest = expression.trim()] = OWN_ZONE.exec(expression.trim()) ?? [];
  if (!isTimeZone(zone)) throw new SyntaxError(`"${zone}" is not a time zone of the IANA database`);
  return rest.startsWith(EVERY) ? every(rest.slice(EVERY.length).trim()) : cron(rest, zone);
};

const every = (text: string): Schedule => {
  const duration = parseGoDuration(text);
  if (duration === undefined || duration > LONGEST_MS) {
    throw new SyntaxError(`"${EVERY}${text}" is not "@every" and a positive Go duration such as 10m or 1h30m`);
  }
  const intervalMs = Math.max(SHORTEST_MS, Math.floor(duration / 1000) * 1000);
  return {
    first: (nowMs) => nowMs + intervalMs,
    next: (dueMs, nowMs) => {
      const passed = Math.max(0, Math.floor((nowMs - dueMs) / intervalMs));
      return dueMs + (passed + 1) * intervalMs;
    },
    meets: () => true,
  };
};

const cron = (expression: string, timeZone: string): Schedule => {
  const fields = expression.split(/\s+/).length;
  if (!expression.startsWith('@') && fields !== 5 && fields !== 6) {
    throw new SyntaxError(`"${expression}" has ${fields} fields, a cron expression has 5 or 6`);
  }
  // The parser does not know this name of robfig/cron's.
  const known = expression === '@midnight' ? '@daily' : expression;
  const after = (ms: number): number => {
    try {
      return CronExpressionParser.parse(known, { currentDate: new Date(ms), tz: timeZone })
        .next()
        .getTime();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : 'unreadable';
      throw new SyntaxError(`"${expression}" is not a cron expression that ever fires: ${reason}`, { cause });
    }
  };
  after(0);
  return {
    first: after,
    next: (dueMs, nowMs) => after(Math.max(dueMs, nowMs)),
    meets: (ms) => after(ms - 1) === ms,
  };
};
