/** Devices of a file of any length: created in parts, each of them told, and taken up again after a failure. */
import { RpcError } from '@alink/rpc/rpc-error';
import { forEachAtOnce, inParts } from './at-once';
import { createFromLines, type BatchOptions, type JudgedDevice, type WantedDevice } from './create-devices';
import { CliError, ExitCode } from './exit-code';
import { ResultFile } from './result-file';
import type { Session } from './session';
import { MAX_LINES } from './triples-csv';

/** What a result file says of a device that is there. */
const CREATED = 'created';

export interface ImportOptions extends BatchOptions {
  /** File of results, which an earlier run may have begun. */
  readonly result?: string;
}

/**
 * Creates the devices of a file. What fits in one call and needs no file of results is one call.
 * @returns each device of the file with what became of it, now or in an earlier run
 * @throws what ended it early, after it was told how far it got
 */
export const importInParts = async (
  session: Session,
  wanted: readonly WantedDevice[],
  { result, ...options }: ImportOptions,
): Promise<JudgedDevice[]> => {
  const isLong = wanted.length > MAX_LINES;
  if (isLong && options.allOrNothing) {
    throw new CliError(ExitCode.usage, `--all-or-nothing takes at most ${MAX_LINES} devices`);
  }
  if (options.allOrNothing || (!isLong && result === undefined)) return createFromLines(session, wanted, options);

  const file = await ResultFile.open(session.io, result);
  const open = wanted.filter((device) => !file.isDone(device, CREATED));
  /** By line. */
  const judged = new Map<number | undefined, JudgedDevice>();
  if (open.length < wanted.length) session.out.note(`${wanted.length - open.length} were created before: ${result}`);
  let refused = 0;
  try {
    for (const part of inParts(refuseRepeated(open))) {
      await file.sending(part.filter(({ fault }) => fault === undefined));
      const devices = await recognise(session, part, await createFromLines(session, part, options), file);
      // A line that repeats another one says nothing about the device.
      const told = devices.filter((_, i) => !part[i]!.isRepeated);
      await file.note(told.map(({ reason, ...device }) => ({ ...device, result: reason || CREATED })));
      for (const device of devices) {
        judged.set(device.line, device);
        if (device.reason !== '') refused += 1;
      }
      session.out.note(`${judged.size} of ${open.length} devices, ${refused} of them refused`);
    }
  } catch (error) {
    const again = result === undefined ? '' : '; the same command goes on from there';
    session.out.note(`broken off after ${judged.size} of ${open.length} devices${again}`);
    throw error;
  }
  return wanted.map((device) => judged.get(device.line) ?? { ...device, reason: '' });
};

/** Within one call the platform finds out by itself. */
const refuseRepeated = (wanted: readonly WantedDevice[]): (WantedDevice & { readonly isRepeated?: true })[] => {
  const seen = new Map<string, number>();
  return wanted.map((device) => {
    const key = `${device.productID}/${device.deviceName}`;
    const before = seen.get(key);
    if (before !== undefined) return { ...device, fault: `is on line ${before} already`, isRepeated: true };
    seen.set(key, device.line);
    return device;
  });
};

/** A device that a broken run has sent may exist because of that: it does when it has the secret of its line. */
const recognise = async (
  { devices }: Session,
  part: readonly WantedDevice[],
  answers: readonly JudgedDevice[],
  file: ResultFile,
): Promise<JudgedDevice[]> => {
  const judged = [...answers];
  const doubtful = [...part.entries()].filter(([i, device]) => judged[i]!.reason !== '' && file.isOpen(device));
  await forEachAtOnce(doubtful, async ([i, { productID, deviceName, deviceSecret, fault }]) => {
    if (fault !== undefined) return;
    try {
      const { secret } = await devices.deviceInfoRead({ productID, deviceName });
      if (secret === deviceSecret) judged[i] = { ...judged[i]!, reason: '' };
    } catch (error) {
      // It does not exist: the refusal stands.
      if (!(error instanceof RpcError) || error.unavailable) throw error;
    }
  });
  return judged;
};
