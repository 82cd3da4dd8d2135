/** Values that the platform takes for those of a device without asking it: kept and told like what it reports. */
import { randomInt } from 'node:crypto';
import type { JsonObject } from '@alink/contract';
import type { DmContext } from '../../context';
import { propertyNews } from '../../ingest/property-news';
import { properties, rowsOf, writeLatest } from '../../ingest/sinks/properties';
import type { CommandTarget } from './command-target';

/** A place that no message has: the values of two calls are never one. */
const placeAt = (at: number) => ({ stream: at, sequence: randomInt(2 ** 48 - 1), index: 0 });

export interface KnownValues {
  readonly params: JsonObject;
  /** Whether they get a place in the history, too, and are not only the latest values. */
  readonly inHistory: boolean;
  /** Decimal id of the user at whose wish. */
  readonly operatorUserID: string;
}

export const takeForKnown = async (
  { prisma, applicationNews, now }: DmContext,
  target: CommandTarget,
  { params, inHistory, operatorUserID }: KnownValues,
): Promise<void> => {
  const { device } = target;
  const timestamp = now();
  const rows = rowsOf({ timestamp, params }, { arrivedAt: timestamp, place: placeAt(timestamp) }, device);
  // Latest values are written in the order of their keys, whoever does it.
  const sorted = [...rows].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  await prisma.$transaction(async (tx) => {
    if (inHistory) await properties.write(tx, sorted);
    else await writeLatest(tx, sorted);
  });
  applicationNews.tell(propertyNews(device, target, { timestamp, params, operatorUserID }));
};
