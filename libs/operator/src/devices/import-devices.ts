/** Devices of a file of any length: created in parts, each of them told, and taken up again after a failure. */
import { RpcError } from '@alink/rpc/rpc-error';
import { forEachAtOnce, inParts } from '../at-once';
import type { Platform } from '../platform';
import { productIDsOf } from '../products/product-key';
import type { Reporter } from '../reporter';
import { createFromLines, type BatchOptions, type JudgedDevice, type WantedDevice } from './create-devices';
import { ResultLog, type ResultStore } from './result-log';
import { MAX_LINES, type Triple, type TripleLine } from './triples-csv';

/** What the log of results says of a device that is there. */
const CREATED = 'created';

export interface ImportOptions extends BatchOptions {
  /** Results, which an earlier run may have begun. */
  readonly results?: ResultStore;
}

type Services = Pick<Platform, 'admin' | 'devices' | 'products'>;

/** The lines of a file as devices of the products that bear these ProductKeys. */
export const wantedOf = async (platform: Services, lines: readonly TripleLine[]): Promise<WantedDevice[]> => {
  const productIDs = await productIDsOf(
    platform,
    lines.map(({ productKey }) => productKey),
  );
  return lines.map((line) => {
    return { ...line, productID: productIDs.get(line.productKey) ?? line.productKey, fault: importFault(line) };
  });
};

/** What the platform would make up where it is missing. */
const importFault = ({ productKey, deviceSecret }: Triple): string | undefined => {
  if (productKey === '') return 'productKey must not be empty';
  return deviceSecret === '' ? 'deviceSecret must not be empty' : undefined;
};

export interface Imported {
  /** Each device of the file with what became of it, now or in an earlier run; meaningless where it was broken off. */
  readonly devices: JudgedDevice[];
  /** What ended it early, and after how many devices of those that there were to do. */
  readonly broken: { readonly failure: unknown; readonly done: number; readonly total: number } | undefined;
}

/** Creates the devices of a file. What fits in one call, or must be in one, and needs no log of results is one call. */
export const importInParts = async (
  platform: Services,
  wanted: readonly WantedDevice[],
  { results: store, ...options }: ImportOptions,
  reporter: Reporter,
): Promise<Imported> => {
  reporter.progress({ done: 0, total: wanted.length });
  if (options.allOrNothing || (wanted.length <= MAX_LINES && !store)) {
    return { devices: await createFromLines(platform, wanted, options), broken: undefined };
  }

  const log = await ResultLog.open(store);
  const open = wanted.filter((device) => !log.isDone(device, CREATED));
  /** By line. */
  const judged = new Map<number | undefined, JudgedDevice>();
  if (store && open.length < wanted.length) {
    reporter.note(`${wanted.length - open.length} were created before: ${store.name}`);
  }
  let refused = 0;
  let broken: Imported['broken'];
  try {
    for (const part of inParts(refuseRepeated(open))) {
      await log.sending(part.filter(({ fault }) => fault === undefined));
      const devices = await recognise(platform, part, await createFromLines(platform, part, options), log);
      // A line that repeats another one says nothing about the device.
      const told = devices.filter((_, i) => !part[i]!.isRepeated);
      await log.note(told.map(({ reason, ...device }) => ({ ...device, result: reason || CREATED })));
      for (const device of devices) {
        judged.set(device.line, device);
        if (device.reason !== '') refused += 1;
      }
      const words = `${judged.size} of ${open.length} devices, ${refused} of them refused`;
      reporter.progress({ done: judged.size, total: open.length, words });
    }
  } catch (failure) {
    broken = { failure, done: judged.size, total: open.length };
  }
  return { devices: wanted.map((device) => judged.get(device.line) ?? { ...device, reason: '' }), broken };
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
  { devices }: Services,
  part: readonly WantedDevice[],
  answers: readonly JudgedDevice[],
  log: ResultLog,
): Promise<JudgedDevice[]> => {
  const judged = [...answers];
  const doubtful = [...part.entries()].filter(([i, device]) => judged[i]!.reason !== '' && log.isOpen(device));
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
