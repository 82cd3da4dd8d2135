/** One change to many devices, and how it went. */
import { changeEach, MAX_LINES, type Change } from '@alink/operator/devices';
import { CliError, ExitCode } from './exit-code';
import { resultFile } from './result-file';
import type { Session } from './session';

/** Which devices, and where their results go. */
export interface Many {
  readonly productKey: string;
  readonly names: readonly string[];
  /** File of results, which an earlier run may have begun. */
  readonly result?: string;
}

/** Changes devices and tells how it went. @throws {CliError} when some were refused; what was thrown by the last */
export const changeDevices = async ({ io, out }: Session, many: Many, change: Change): Promise<void> => {
  const { productKey, names, result } = many;
  const { done } = change;
  const store = result === undefined ? undefined : resultFile(io, result);
  const { results, failure } = await changeEach({ productKey, names, results: store }, change, out);
  const good = results.filter((device) => device.result === done).length;
  // Of a long list people want to know what did not go well.
  const shown = names.length > MAX_LINES ? results.filter((device) => device.result !== done) : results;
  const isTold = shown.length > 0 || names.length === 0;
  if (!out.json && isTold) out.rows(shown, ['deviceName', 'result'], 'no devices');
  const sentence = `${done} ${good} of ${names.length} devices`;
  out.done({ [done]: good, failed: names.length - good, devices: results }, sentence);
  if (failure !== undefined) {
    if (result !== undefined) out.note('broken off; the same command goes on from there');
    throw failure;
  }
  if (good < names.length) {
    throw new CliError(ExitCode.refused, `${names.length - good} of ${names.length} devices refused`);
  }
};
