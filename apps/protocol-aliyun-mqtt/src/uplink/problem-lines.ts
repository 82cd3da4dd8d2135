/** Problems of devices in words, for their logs; of what a device has in every message, one line now and then. */
import type { Problem, SeldomKind } from '@alink/alink';
import { Seldom, withHeldBack, type Clock } from '@alink/runtime';

const HOUR_MS = 3_600_000;

/** Milliseconds between two lines of one device. */
const intervals: Record<SeldomKind, number> = { method: HOUR_MS, json: 24 * HOUR_MS, encoding: 24 * HOUR_MS };

/** Devices that are remembered; a line of one beyond them may come too often. */
const MAX_DEVICES = 100_000;

export class ProblemLines {
  private readonly seldom: Record<SeldomKind, Seldom>;

  /** @param clock one that nobody sets */
  constructor(clock: Clock) {
    const every = (intervalMs: number): Seldom => new Seldom({ intervalMs, clock, maxKeys: MAX_DEVICES });
    const { method, json, encoding } = intervals;
    this.seldom = { method: every(method), json: every(json), encoding: every(encoding) };
  }

  /** @returns the line, or undefined where the device has had one of that kind lately */
  lineOf(device: string, { message, detail, step, seldom }: Problem): string | undefined {
    const line = `${message}${detail === undefined ? '' : `, ${detail}`}; ${step}`;
    if (seldom === undefined) return line;
    const heldBack = this.seldom[seldom].take(device);
    return heldBack === undefined ? undefined : withHeldBack(line, heldBack);
  }
}
