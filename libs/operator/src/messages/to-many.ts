/** One command to many devices of a product, with a result for each. */
import { Code } from '@alink/contract/codes';
import type { Reporter } from '../reporter';

/** Devices in one call: few enough that people see how far it is, many enough that a fleet of silent ones ends soon. */
const PART = 1000;

/** Milliseconds that dm.rpc takes for each device, beyond those that devices take: many may end at once. */
const EACH_MS = 2;

/** What of a result every command has. */
export interface Fate {
  readonly deviceName: string;
  /** 200, or why the platform could not have it done. */
  readonly sysCode: string;
  readonly sysMsg: string;
}

/** What became of a command to a device. */
export interface SentTo<F extends Fate> {
  readonly deviceName: string;
  readonly isDone: boolean;
  /** Of the platform, where it was not done. */
  readonly code: number | undefined;
  /** Why it was not done; empty where it was. */
  readonly reason: string;
  readonly fate: F;
}

/**
 * Sends in parts. @param send asks for one part, within this time
 * @returns the results in the order of the names
 */
export const sendToMany = async <F extends Fate>(
  names: readonly string[],
  { deviceSeconds }: { readonly deviceSeconds: number },
  send: (deviceNames: string[], within: { readonly deadlineMs: number }) => Promise<readonly F[]>,
  reporter: Reporter,
): Promise<SentTo<F>[]> => {
  const results: SentTo<F>[] = [];
  for (let start = 0; start < names.length; start += PART) {
    const part = names.slice(start, start + PART);
    const deadlineMs = deviceSeconds * 1000 + 3000 + part.length * EACH_MS;
    for (const fate of await send(part, { deadlineMs })) {
      const isDone = Number(fate.sysCode) === Code.ok;
      const { deviceName, sysMsg } = fate;
      results.push({
        deviceName,
        isDone,
        code: isDone ? undefined : Number(fate.sysCode),
        reason: isDone ? '' : sysMsg,
        fate,
      });
    }
    const done = Math.min(start + PART, names.length);
    const words = names.length > PART ? `${done} of ${names.length} devices` : undefined;
    reporter.progress({ done, total: names.length, words });
  }
  return results;
};
