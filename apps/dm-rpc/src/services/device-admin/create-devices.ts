/** Many devices in one call and one transaction: each is created, or has a reason why not. */
import type { services } from '@alink/contract';
import type { CallContext, Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { initialFields } from '../../domains/products/new-devices';
import type { Transaction } from '../../transaction';
import { secretOwner } from '../device-manage/device-record';
import { makeDeviceSecret } from '../random-names';
import { firstNumber, readDeviceRows, type DeviceRow } from './device-rows';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'createDevices'>;

const EXISTS = 'exists already';
const NOT_ALONE = 'another row was refused, and all or nothing was asked for';

const productIDsOf = (rows: readonly DeviceRow[]): string[] => rows.map((row) => row.productID);
const deviceNamesOf = (rows: readonly DeviceRow[]): string[] => rows.map((row) => row.deviceName);
const faultless = (rows: readonly DeviceRow[]): DeviceRow[] => rows.filter((row) => row.reason === '');

/** Notes which products are unknown and which devices exist. The products stay until the transaction ends. */
const checkAgainstDatabase = async (tx: Transaction, rows: readonly DeviceRow[]): Promise<void> => {
  const wanted = faultless(rows);
  const products = await tx.$queryRaw<{ product_id: string }[]>`
    SELECT product_id FROM product WHERE product_id = ANY(${[...new Set(productIDsOf(wanted))]}::text[])
    ORDER BY product_id FOR KEY SHARE`;
  const known = new Set(products.map((row) => row.product_id));
  const existing = await tx.$queryRaw<{ product_id: string; device_name: string }[]>`
    SELECT product_id, device_name FROM device WHERE (product_id, device_name) IN (SELECT * FROM unnest(
      ${productIDsOf(wanted)}::text[], ${deviceNamesOf(wanted)}::text[]))`;
  const taken = new Set(existing.map((row) => `${row.product_id}/${row.device_name}`));
  for (const row of wanted) {
    if (!known.has(row.productID)) row.reason = `product ${row.productID} does not exist`;
    else if (taken.has(deviceKey(row))) row.reason = EXISTS;
  }
};

/** Bytes of a name in the answer, which names that can be never have: it must not get too long to be read. */
const MAX_SHOWN = 64;
const shown = (name: string): string => (Buffer.byteLength(name) > MAX_SHOWN ? `${name.slice(0, 20)}…` : name);

/** Undoes what was inserted: somebody else was quicker with one of the names. */
class NotAll extends Error {}

export const createDevicesHandlers = ({ prisma, audit, secretBox, changes }: DmContext): Methods => {
  /** @returns the secrets of the devices that were created, by key */
  const insert = async (tx: Transaction, rows: readonly DeviceRow[]): Promise<Map<string, string>> => {
    // In one order, so that two calls that name the same devices never wait for each other crosswise.
    const ordered = [...rows].sort((a, b) => (deviceKey(a) < deviceKey(b) ? -1 : 1));
    const secrets = new Map(ordered.map((row) => [deviceKey(row), row.secret || makeDeviceSecret()]));
    const sealed = ordered.map((row) => secretBox.seal(secrets.get(deviceKey(row))!, secretOwner(row)));
    const products = await tx.product.findMany({
      where: { productID: { in: [...new Set(productIDsOf(ordered))] } },
      select: { productID: true, extra: true },
    });
    const extras = new Map(products.map(({ productID, extra }) => [productID, JSON.stringify(initialFields(extra))]));
    const created = await tx.$queryRaw<{ product_id: string; device_name: string }[]>`
      INSERT INTO device (product_id, device_name, secret, device_alias, extra, updated_at)
      SELECT u.*, now() FROM unnest(
        ${productIDsOf(ordered)}::text[], ${deviceNamesOf(ordered)}::text[], ${sealed}::text[],
        ${ordered.map((row) => row.alias)}::text[],
        ${ordered.map(({ productID }) => extras.get(productID) ?? '{}')}::jsonb[]) AS u
      ON CONFLICT (product_id, device_name) DO NOTHING RETURNING product_id, device_name`;
    const keys = new Set(created.map((row) => `${row.product_id}/${row.device_name}`));
    for (const row of ordered) {
      if (keys.has(deviceKey(row))) continue;
      row.reason = EXISTS;
      secrets.delete(deviceKey(row));
    }
    return secrets;
  };

  const create = (call: CallContext, rows: readonly DeviceRow[], allOrNothing: boolean): Promise<Map<string, string>> =>
    audit.transact(call, async (tx, note) => {
      await checkAgainstDatabase(tx, rows);
      const wanted = faultless(rows);
      if (wanted.length === 0 || (allOrNothing && wanted.length < rows.length)) return new Map();
      const secrets = await insert(tx, wanted);
      if (allOrNothing && secrets.size < rows.length) throw new NotAll();
      for (const row of faultless(rows)) note('device.create', row, { inBatchOf: secrets.size });
      return secrets;
    });

  return {
    async createDevices(request, call) {
      const { allOrNothing, dryRun } = request;
      const rows = readDeviceRows(request, await firstNumber(prisma, request));
      let secrets: ReadonlyMap<string, string> = new Map();
      if (dryRun) {
        await prisma.$transaction((tx) => checkAgainstDatabase(tx, rows));
      } else {
        try {
          secrets = await create(call, rows, allOrNothing);
        } catch (error) {
          if (!(error instanceof NotAll)) throw error;
        }
      }
      if (allOrNothing && rows.some((row) => row.reason)) for (const row of faultless(rows)) row.reason = NOT_ALONE;

      const good = faultless(rows);
      if (!dryRun) await changes.devicesCreated(good);
      const results = rows.map((row) => ({
        productID: shown(row.productID),
        deviceName: shown(row.deviceName),
        deviceSecret: row.reason ? '' : (secrets.get(deviceKey(row)) ?? ''),
        reason: row.reason,
      }));
      return { results, created: dryRun ? 0 : good.length, refused: rows.length - good.length };
    },
  };
};
