/** Many devices in one call: each is created, or has a reason why not. */
import type { Platform } from '../platform';
import type { Triple, TripleLine } from './triples-csv';

/** 10,000 devices are written within seconds; a busy database may take its time. */
const DEADLINE_MS = 120_000;
const NOT_ALONE = 'another line was refused, and all or nothing was asked for';

export interface BatchOptions {
  /** None when one cannot be created. */
  readonly allOrNothing?: boolean;
  /** Check only. */
  readonly dryRun?: boolean;
}

/** A line of a file, with the product that it is about. */
export interface WantedDevice extends TripleLine {
  readonly productID: string;
  /** Why it is not even sent. */
  readonly fault: string | undefined;
}

/** What became of a device. */
export interface JudgedDevice extends Triple {
  /** In the file; undefined without one. */
  readonly line: number | undefined;
  /** Why it was refused; empty when it was, or in a dry run would be, created. */
  readonly reason: string;
}

/** Names of a prefix and a number. */
export interface CountedNames {
  readonly count: number;
  readonly prefix: string;
  /** The first number; without it the one after the highest that there is. */
  readonly start?: number;
}

/** Creates devices that are named by a prefix and a number. */
export const createByCount = async (
  { admin }: Pick<Platform, 'admin'>,
  product: { readonly productID: string; readonly productKey: string },
  { count, prefix, start, ...options }: BatchOptions & CountedNames,
): Promise<JudgedDevice[]> => {
  const { productID, productKey } = product;
  const { results } = await admin.createDevices(
    { productID, count, prefix, start, ...options },
    { deadlineMs: DEADLINE_MS },
  );
  return results.map(({ deviceName, deviceSecret, reason }) => {
    return { line: undefined, productKey, deviceName, deviceSecret, alias: '', reason };
  });
};

/** Creates the devices of a file; those with a secret keep it byte for byte. */
export const createFromLines = async (
  { admin }: Pick<Platform, 'admin'>,
  wanted: readonly WantedDevice[],
  options: BatchOptions,
): Promise<JudgedDevice[]> => {
  const faults = wanted.map((row) => row.fault ?? textFault(row));
  const sound = wanted.filter((_, i) => faults[i] === undefined);
  // What is wrong here is unknown to the platform, which would create the others.
  const rows = options.allOrNothing && sound.length < wanted.length ? [] : sound;
  const { results } =
    rows.length > 0 ? await admin.createDevices({ rows, ...options }, { deadlineMs: DEADLINE_MS }) : { results: [] };
  const answers = new Map(rows.map((row, i) => [row, results[i]]));
  return wanted.map((row, i) => {
    const { line, productKey, deviceName, alias } = row;
    const answer = answers.get(row);
    const reason = faults[i] ?? answer?.reason ?? NOT_ALONE;
    return { line, productKey, deviceName, deviceSecret: answer?.deviceSecret ?? '', alias, reason };
  });
};

/** Whatever made the file has put this character where it could not read one: such a name or secret would be another one. */
const textFault = ({ productKey, deviceName, deviceSecret, alias }: Triple): string | undefined =>
  [productKey, deviceName, deviceSecret, alias].some((text) => text.includes('\uFFFD'))
    ? 'holds U+FFFD: it was made of text in another encoding'
    : undefined;
