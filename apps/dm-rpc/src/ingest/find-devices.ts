/** The devices that reports are from, and the thing models that they are read with. */
import type { LogSettings } from '@alink/contract';
import { compileModel, ThingModelError } from '@alink/thing-model';
import { deviceKey, type DeviceCore } from '../device-core';
import { distinct } from '../distinct';
import type { CompiledModels, ProductModel } from '../services/product-manage/compiled-models';
import type { Transaction } from '../transaction';

interface DeviceRow {
  readonly id: bigint;
  readonly product_id: string;
  readonly device_name: string;
  readonly created_at: Date;
  readonly log_level: number;
  readonly product_log_level: string | null;
  readonly schema_revision: string;
  /** Null where it has no definitions of its own. */
  readonly device_revision: string | null;
  readonly validation: string | null;
  readonly is_online: boolean;
  readonly protocol_code: string;
}

export interface FoundDevice extends LogSettings {
  readonly id: bigint;
  readonly product: ProductModel;
  readonly isOnline: boolean;
  /** Code of its product's protocol. */
  readonly protocolCode: string;
}

export interface FoundDevices {
  /** Undefined for a device that does not exist (any more). */
  of(device: DeviceCore): FoundDevice | undefined;
}

/** Of a product whose definitions make no model together: nothing is known, and what its devices report is kept all the same. */
const NO_MODEL: ProductModel = {
  model: compileModel(undefined, 'weak'),
  properties: new Map(),
  typeOf: () => undefined,
};

/** Which model a device is read with: that of its product, or one of its own. */
const modelKey = ({ product_id: productID, id, device_revision: own }: DeviceRow): string =>
  own === null ? productID : `${productID}/${id}`;

/** One for each product, and for each device with definitions of its own. */
const modelsOf = async (
  tx: Transaction,
  models: CompiledModels,
  rows: readonly DeviceRow[],
): Promise<ReadonlyMap<string, ProductModel>> => {
  const found = new Map<string, ProductModel>();
  for (const row of rows) {
    const key = modelKey(row);
    if (found.has(key)) continue;
    const { product_id: productID, schema_revision: schemaRevision, validation } = row;
    const device = { id: row.id, schemaRevision: row.device_revision };
    const model = models.of({ productID, schemaRevision, protocolConf: { validation }, device }, tx);
    const known = await model.catch((error: unknown) => {
      if (error instanceof ThingModelError) return NO_MODEL;
      throw error;
    });
    found.set(key, known);
  }
  return found;
};

/**
 * Looks which devices exist, which then stay until the transaction ends: the foreign key of a latest value would
 * otherwise fail the batch when one is deleted meanwhile.
 */
export const findDevices = async (
  tx: Transaction,
  models: CompiledModels,
  named: readonly DeviceCore[],
): Promise<FoundDevices> => {
  const devices = distinct(named, deviceKey);
  if (devices.length === 0) return { of: () => undefined };
  const rows = await tx.$queryRaw<DeviceRow[]>`
    SELECT d.id, d.product_id, d.device_name, d.created_at, d.log_level, d.is_online, d.schema_revision::text AS device_revision,
      p.schema_revision::text, p.protocol_code,
      p.protocol_conf->>'logLevel' AS product_log_level, p.protocol_conf->>'validation' AS validation
    FROM device d JOIN product p USING (product_id)
    WHERE (d.product_id, d.device_name) IN (SELECT * FROM unnest(
      ${devices.map((device) => device.productID)}::text[], ${devices.map((device) => device.deviceName)}::text[]))
    ORDER BY d.id FOR KEY SHARE OF d`;
  const products = await modelsOf(tx, models, rows);
  const byKey = new Map(
    rows.map((row) => [
      deviceKey({ productID: row.product_id, deviceName: row.device_name }),
      {
        id: row.id,
        deviceLevel: row.log_level,
        productLevel: row.product_log_level ?? '',
        createdAt: row.created_at.getTime(),
        product: products.get(modelKey(row))!,
        isOnline: row.is_online,
        protocolCode: row.protocol_code,
      },
    ]),
  );
  return { of: (device) => byKey.get(deviceKey(device)) };
};
