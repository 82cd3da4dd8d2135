/** One change to many devices, with a result for each. */
import { RpcError } from '@alink/rpc/rpc-error';
import { forEachAtOnce, inParts } from './at-once';
import { CliError, ExitCode } from './exit-code';
import { ResultFile } from './result-file';
import type { Session } from './session';
import { MAX_LINES } from './triples-csv';

/** What became of a device. A type, so that it is a row of output. */
export type ChangedDevice = {
  readonly deviceName: string;
  readonly result: string;
  /** Of the platform, where it refused. */
  readonly code: number | undefined;
};

/** A change, in words and in deed. */
export interface Change {
  /** The result of a device that was changed, in a word. */
  readonly done: string;
  readonly change: (deviceName: string) => Promise<unknown>;
  /** True for a refusal that says that the change is there already: a broken run may have made it. */
  readonly isThere?: (refusal: RpcError) => boolean;
}

/** Which devices, and where their results go. */
export interface Many {
  readonly productKey: string;
  readonly names: readonly string[];
  /** File of results, which an earlier run may have begun. */
  readonly result?: string;
}

/**
 * Changes devices, a few at once. A refusal is the result of its device; when the platform itself is gone, the rest
 * is not tried.
 * @returns the results in the order of the names, and what ended it early
 */
const changeEach = async (
  { io, out }: Session,
  { productKey, names, result: path }: Many,
  { done, change, isThere }: Change,
): Promise<{ results: ChangedDevice[]; failure: unknown }> => {
  const file = await ResultFile.open(io, path);
  const results = new Map<string, ChangedDevice>();
  const note = (deviceName: string, result: string, code?: number) =>
    results.set(deviceName, { deviceName, result, code });
  const open: string[] = [];
  for (const deviceName of names) {
    if (file.isDone({ productKey, deviceName }, done)) note(deviceName, done);
    else open.push(deviceName);
  }
  if (results.size > 0) out.note(`${results.size} were ${done} before: ${path}`);

  const changeOne = async (deviceName: string): Promise<void> => {
    try {
      await change(deviceName);
      note(deviceName, done);
    } catch (error) {
      if (!(error instanceof RpcError) || error.unavailable) {
        note(deviceName, 'not known: the platform did not answer');
        throw error;
      }
      if (isThere?.(error) && file.isOpen({ productKey, deviceName })) note(deviceName, done);
      else note(deviceName, error.message, error.code);
    }
  };
  const parts = inParts(open);
  let tried = 0;
  let failure: unknown;
  for (const part of parts) {
    await file.sending(part.map((deviceName) => ({ productKey, deviceName })));
    failure = await forEachAtOnce(part, changeOne).then(
      () => undefined,
      (error: unknown) => error,
    );
    await file.note(
      part.flatMap((deviceName) => {
        const changed = results.get(deviceName);
        return changed && (changed.result === done || changed.code !== undefined) ? [{ productKey, ...changed }] : [];
      }),
    );
    if (failure !== undefined) break;
    tried += part.length;
    if (parts.length > 1) out.note(`${tried} of ${open.length} devices`);
  }
  const all = names.map(
    (deviceName) => results.get(deviceName) ?? { deviceName, result: 'not tried', code: undefined },
  );
  return { results: all, failure };
};

/** Changes devices and tells how it went. @throws {CliError} when some were refused; what was thrown by the last */
export const changeDevices = async (session: Session, many: Many, change: Change): Promise<void> => {
  const { out } = session;
  const { names, result } = many;
  const { done } = change;
  const { results, failure } = await changeEach(session, many, change);
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
