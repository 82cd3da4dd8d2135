/** How much of a batch goes into one transaction: it must not take longer than one may, nor keep others from rows for long. */
import type { PrismaClient } from '@alink/db';
import { nameOf } from '../presence/presence-rows';
import type { Item } from './read-message';

/** Devices that go offline in one transaction; those of one gateway device go together, however many they are. */
const MAX_ENDS = 2000;

/** Of each device whose session has ended: how many are online through it. */
const countFollowers = async (
  prisma: PrismaClient,
  gateways: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await prisma.$queryRaw<{ via: string; count: bigint }[]>`
    SELECT via, count(*) FROM device WHERE is_online AND via = ANY(${gateways}::text[]) GROUP BY via`;
  return new Map(rows.map(({ via, count }) => [via, Number(count)]));
};

/** Items in their order, cut where too many devices would go offline at once. */
export const inParts = async (prisma: PrismaClient, items: readonly Item[]): Promise<readonly (readonly Item[])[]> => {
  const ended = items.flatMap((item) =>
    item.kind === 'presence' && item.event.kind === 'disconnected' ? [nameOf(item)] : [],
  );
  // One alone cannot be cut.
  if (ended.length < 2) return [items];
  const followers = await countFollowers(prisma, ended);
  if (followers.size === 0) return [items];
  const parts: Item[][] = [[]];
  let ends = 0;
  for (const item of items) {
    const more =
      item.kind === 'presence' && item.event.kind === 'disconnected' ? (followers.get(nameOf(item)) ?? 0) : 0;
    if (more > 0 && ends > 0 && ends + more > MAX_ENDS) {
      parts.push([]);
      ends = 0;
    }
    ends += more;
    parts.at(-1)!.push(item);
  }
  return parts;
};
