/** One change to many devices, with a result for each. */
import { RpcError } from '@alink/rpc/rpc-error';
import { forEachAtOnce, inParts } from '../at-once';
import type { Reporter } from '../reporter';
import { ResultLog, type ResultStore } from './result-log';

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
  /** Results, which an earlier run may have begun. */
  readonly results?: ResultStore;
}

/**
 * Changes devices, a few at once. A refusal is the result of its device; when the platform itself is gone, the rest
 * is not tried.
 * @returns the results in the order of the names, and what ended it early
 */
export const changeEach = async (
  { productKey, names, results: store }: Many,
  { done, change, isThere }: Change,
  reporter: Reporter,
): Promise<{ results: ChangedDevice[]; failure: unknown }> => {
  const log = await ResultLog.open(store);
  const results = new Map<string, ChangedDevice>();
  const note = (deviceName: string, result: string, code?: number) =>
    results.set(deviceName, { deviceName, result, code });
  const open: string[] = [];
  for (const deviceName of names) {
    if (log.isDone({ productKey, deviceName }, done)) note(deviceName, done);
    else open.push(deviceName);
  }
  if (store && results.size > 0) reporter.note(`${results.size} were ${done} before: ${store.name}`);

  const changeOne = async (deviceName: string): Promise<void> => {
    try {
      await change(deviceName);
      note(deviceName, done);
    } catch (error) {
      if (!(error instanceof RpcError) || error.unavailable) {
        note(deviceName, 'not known: the platform did not answer');
        throw error;
      }
      if (isThere?.(error) && log.isOpen({ productKey, deviceName })) note(deviceName, done);
      else note(deviceName, error.message, error.code);
    }
  };
  const parts = inParts(open);
  let ended = 0;
  const changeAndTell = async (deviceName: string): Promise<void> => {
    await changeOne(deviceName);
    reporter.progress({ done: ++ended, total: open.length });
  };
  let tried = 0;
  let failure: unknown;
  for (const part of parts) {
    await log.sending(part.map((deviceName) => ({ productKey, deviceName })));
    failure = await forEachAtOnce(part, changeAndTell).then(
      () => undefined,
      (error: unknown) => error,
    );
    await log.note(
      part.flatMap((deviceName) => {
        const changed = results.get(deviceName);
        return changed && (changed.result === done || changed.code !== undefined) ? [{ productKey, ...changed }] : [];
      }),
    );
    if (failure !== undefined) break;
    tried += part.length;
    if (parts.length > 1) {
      reporter.progress({ done: tried, total: open.length, words: `${tried} of ${open.length} devices` });
    }
  }
  const all = names.map(
    (deviceName) => results.get(deviceName) ?? { deviceName, result: 'not tried', code: undefined },
  );
  return { results: all, failure };
};
