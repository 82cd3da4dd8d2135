/** Values that the platform takes for those of a device without asking it: kept and told like what it reports. */
import { randomInt } from 'node:crypto';
import type { JsonObject } from '@alink/contract';
import type { DmContext } from '../../context';
import { ApplicationNews } from '../../ingest/application-news';
import type { Report } from '../../ingest/report';
import { properties, writeLatest } from '../../ingest/sinks/properties';
import type { CommandDevice } from './command-target';

const { rows: rowsOf, news: newsOf } = properties.takes.report!;

/** A report that no device has made. Its place is none of a message: no two such reports are one. */
const reportOf = ({ productID, deviceName }: CommandDevice, at: number): Report => ({
  kind: 'report',
  place: { stream: at, sequence: randomInt(2 ** 48 - 1), index: 0 },
  productID,
  deviceName,
  arrivedAt: at,
  topic: '',
  explain: '',
});

/** @param inHistory whether they get a place in the history, too, and not only as the latest values */
export const takeForKnown = async (
  { prisma, bus, now }: DmContext,
  device: CommandDevice,
  params: JsonObject,
  inHistory: boolean,
): Promise<void> => {
  const at = now();
  const report = reportOf(device, at);
  const message = { method: 'report', msgToken: '', timestamp: at, params } as const;
  const rows = rowsOf(message, report, device.id);
  // Latest values are written in the order of their keys, whoever does it.
  const sorted = [...rows].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  await prisma.$transaction(async (tx) => {
    if (inHistory) await properties.write(tx, sorted);
    else await writeLatest(tx, sorted);
  });
  new ApplicationNews(bus, now).tell(device, newsOf?.(message, report) ?? []);
};
