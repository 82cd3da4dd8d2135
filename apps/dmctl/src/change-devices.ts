/** One change to many devices, with a result for each. */
import { RpcError } from '@alink/rpc/rpc-error';
import { CliError, ExitCode } from './exit-code';
import type { Session } from './session';

/** Calls at once: enough to hide the way there and back, few enough to leave the platform to others. */
const AT_ONCE = 16;

/** What became of a device. A type, so that it is a row of output. */
export type ChangedDevice = {
  readonly deviceName: string;
  readonly result: string;
  /** Of the platform, where it refused. */
  readonly code: number | undefined;
};

/**
 * Changes devices, a few at once. A refusal is the result of its device; when the platform itself is gone, the rest
 * is not tried.
 * @param done the result of a device that was changed, in a word
 * @returns the results in the order of the names, and what ended it early
 */
const changeEach = async (
  names: readonly string[],
  done: string,
  change: (deviceName: string) => Promise<unknown>,
): Promise<{ results: ChangedDevice[]; failure: unknown }> => {
  const results = names.map((deviceName): ChangedDevice => ({ deviceName, result: 'not tried', code: undefined }));
  let failure: unknown;
  const queue = names.entries();
  const work = async (): Promise<void> => {
    for (const [i, deviceName] of queue) {
      if (failure !== undefined) return;
      try {
        await change(deviceName);
        results[i] = { deviceName, result: done, code: undefined };
      } catch (error) {
        const refused = error instanceof RpcError && !error.unavailable;
        if (!refused) failure ??= error;
        const result = refused ? error.message : 'not known: the platform did not answer';
        results[i] = { deviceName, result, code: refused ? error.code : undefined };
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { results, failure };
};

/** Changes devices and tells how it went. @throws {CliError} when some were refused; what was thrown by the last */
export const changeDevices = async (
  { out }: Session,
  names: readonly string[],
  done: string,
  change: (deviceName: string) => Promise<unknown>,
): Promise<void> => {
  const { results, failure } = await changeEach(names, done, change);
  const good = results.filter(({ result }) => result === done).length;
  if (!out.json) out.rows(results, ['deviceName', 'result'], 'no devices');
  const sentence = `${done} ${good} of ${names.length} devices`;
  out.done({ [done]: good, failed: names.length - good, devices: results }, sentence);
  if (failure !== undefined) throw failure;
  if (good < names.length) {
    throw new CliError(ExitCode.refused, `${names.length - good} of ${names.length} devices refused`);
  }
};
