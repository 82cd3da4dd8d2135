/** How soon a product may have its next broadcast, whichever instance of dm is asked for it. */
import { Code } from '@alink/contract';
import { Prisma, type PrismaClient } from '@alink/db';
import { RpcError } from '@alink/rpc';

/** Alibaba Cloud IoT documentation, "Broadcast communication". */
const kinds = {
  all: {
    column: Prisma.raw('to_all'),
    everyMs: 60_000,
    words: 'a product has one broadcast to all its devices a minute',
  },
  subscribers: {
    column: Prisma.raw('to_subscribers'),
    everyMs: 1000,
    words: 'a product has one broadcast to the subscribers of a topic a second',
  },
} as const;

export interface Turn {
  readonly productID: string;
  readonly to: keyof typeof kinds;
}

/**
 * Takes the turn of a broadcast.
 * @param now Unix milliseconds
 * @throws {RpcError} 100027 where the latest one was not long enough ago
 */
export const takeTurn = async (prisma: PrismaClient, { productID, to }: Turn, now: number): Promise<void> => {
  const { column, everyMs, words } = kinds[to];
  const taken = await prisma.$executeRaw`
    INSERT INTO broadcast_turn (product_id, ${column}) VALUES (${productID}, ${now}::bigint)
    ON CONFLICT (product_id) DO UPDATE SET ${column} = EXCLUDED.${column}
    WHERE broadcast_turn.${column} <= ${now - everyMs}::bigint`;
  if (taken === 0) throw new RpcError(Code.limit, `${words}; send it later`);
};
