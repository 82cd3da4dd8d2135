/** The stored values of devices that do not answer when they are asked for them: of thousands at once, where thousands are silent. */
import type { DmContext } from '../../context';
import { Batch } from '../../batch';

interface Wanted {
  readonly deviceID: bigint;
  readonly identifiers: readonly string[];
}

export interface StoredValues {
  /** Of the oldest of the values, unix milliseconds. */
  readonly timestamp: string;
  /** JSON object: value by identifier. */
  readonly params: string;
}

interface Row {
  readonly identifier: string;
  readonly value: string;
  readonly timestamp: bigint;
}

const together = (rows: readonly Row[]): StoredValues => {
  const oldest = rows.reduce((least, row) => (row.timestamp < least ? row.timestamp : least), rows[0]?.timestamp ?? 0n);
  // The values are JSON already; parsed and written again, long numbers would lose digits.
  const members = rows.map((row) => `${JSON.stringify(row.identifier)}:${row.value}`);
  return { timestamp: oldest.toString(), params: `{${members.join(',')}}` };
};

export const storedValues = ({ prisma }: Pick<DmContext, 'prisma'>): Batch<Wanted, StoredValues> =>
  new Batch({
    work: async (all) => {
      const identifiers = new Set(all.flatMap((wanted) => wanted.identifiers));
      const rows = await prisma.propertyLatest.findMany({
        where: { deviceID: { in: all.map(({ deviceID }) => deviceID) }, identifier: { in: [...identifiers] } },
      });
      const ofDevice = new Map<bigint, Row[]>(all.map(({ deviceID }) => [deviceID, []]));
      for (const row of rows) ofDevice.get(row.deviceID)!.push(row);
      return all.map((wanted) =>
        together(ofDevice.get(wanted.deviceID)!.filter(({ identifier }) => wanted.identifiers.includes(identifier))),
      );
    },
  });
