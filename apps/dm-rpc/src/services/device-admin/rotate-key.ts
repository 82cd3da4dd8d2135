/**
 * Seals every secret with the current key, so that former keys are no longer needed. Batches of rows, each its own
 * transaction: what reads or writes meanwhile sees a secret sealed with either key, both of which open, and a run that
 * was broken off is taken up by the next.
 */
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import { SecretBoxError } from '@alink/db';
import { RpcError, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { Transaction } from '../../transaction';
import { secretOwner as deviceSecretOwner } from '../device-manage/device-record';
import { secretOwner as productSecretOwner } from '../product-manage/product-record';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'rotateKey'>;

const BATCH = 500;

interface Sealed<K> {
  readonly key: K;
  readonly secret: string;
  /** What it is sealed for. */
  readonly owner: string;
}

/** The rows of one table that hold secrets. */
interface Table<K> {
  /** The next rows after `key` that are not sealed with the current key, locked. @param current how those that are begin */
  next(tx: Transaction, after: K, current: string): Promise<Sealed<K>[]>;
  write(tx: Transaction, rows: readonly Sealed<K>[]): Promise<unknown>;
  readonly first: K;
}

const devices: Table<bigint> = {
  first: 0n,
  async next(tx, after, current) {
    const rows = await tx.$queryRaw<{ id: bigint; product_id: string; device_name: string; secret: string }[]>`
      SELECT id, product_id, device_name, secret FROM device
      WHERE id > ${after} AND NOT starts_with(secret, ${current}) ORDER BY id LIMIT ${BATCH} FOR NO KEY UPDATE`;
    return rows.map(({ id, product_id: productID, device_name: deviceName, secret }) => ({
      key: id,
      secret,
      owner: deviceSecretOwner({ productID, deviceName }),
    }));
  },
  write: (tx, rows) => tx.$executeRaw`
    UPDATE device SET secret = u.secret
    FROM unnest(${rows.map((row) => row.key)}::bigint[], ${rows.map((row) => row.secret)}::text[]) AS u (id, secret)
    WHERE device.id = u.id`,
};

const products: Table<string> = {
  first: '',
  async next(tx, after, current) {
    const rows = await tx.$queryRaw<{ product_id: string; secret: string }[]>`
      SELECT product_id, secret FROM product
      WHERE product_id > ${after} AND NOT starts_with(secret, ${current})
      ORDER BY product_id LIMIT ${BATCH} FOR NO KEY UPDATE`;
    return rows.map(({ product_id: key, secret }) => ({ key, secret, owner: productSecretOwner(key) }));
  },
  write: (tx, rows) => tx.$executeRaw`
    UPDATE product SET secret = u.secret
    FROM unnest(${rows.map((row) => row.key)}::text[], ${rows.map((row) => row.secret)}::text[]) AS u (id, secret)
    WHERE product.product_id = u.id`,
};

interface Outcome {
  readonly rotated: number;
  /** Secrets that no key at hand opens; they stay as they are. */
  readonly stuck: readonly string[];
}

export const rotateKeyHandlers = ({ prisma, audit, secretBox }: DmContext): Methods => {
  const current = `v1.${secretBox.keyId}.`;

  const seal = <K>(row: Sealed<K>): Sealed<K> | undefined => {
    try {
      return { ...row, secret: secretBox.seal(secretBox.open(row.secret, row.owner), row.owner) };
    } catch (error) {
      if (error instanceof SecretBoxError) return undefined;
      throw error;
    }
  };

  const rotate = async <K>(table: Table<K>): Promise<Outcome> => {
    const stuck: string[] = [];
    let rotated = 0;
    for (let after: K | undefined = table.first; after !== undefined;) {
      const start: K = after;
      after = await prisma.$transaction(async (tx) => {
        const rows = await table.next(tx, start, current);
        const sealed = rows.flatMap((row) => {
          const again = seal(row);
          if (!again) stuck.push(row.owner);
          return again ?? [];
        });
        if (sealed.length > 0) await table.write(tx, sealed);
        rotated += sealed.length;
        return rows.at(-1)?.key;
      });
    }
    return { rotated, stuck };
  };

  return {
    async rotateKey(_request, call) {
      const outcomes = [await rotate(devices), await rotate(products)];
      const rotated = outcomes.reduce((sum, outcome) => sum + outcome.rotated, 0);
      const stuck = outcomes.flatMap((outcome) => outcome.stuck);
      const { keyId } = secretBox;
      await audit.transact(call, async (_tx, note) =>
        note('secrets.rotateKey', {}, { rotated, keyId, ...(stuck.length > 0 && { doNotOpen: stuck.length }) }),
      );
      if (stuck.length > 0) {
        const message = `${rotated} secrets are sealed with the current key; ${stuck.length} do not open with any key at hand, the first of ${stuck[0]}: is its key in SECRET_KEYS_OLD?`;
        throw new RpcError(Code.system, message);
      }
      return { rotated, keyId };
    },
  };
};
