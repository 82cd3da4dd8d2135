/** `alink.Directory`: what a node must know, many devices in one call and a constant number of queries. */
import { ProductStatus, type services } from '@alink/contract';
import { SecretBoxError } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import { exportModel } from '@alink/thing-model';
import type { DmContext } from '../../context';
import { liveTokens, tokenRecord, type TokenRow } from '../../tokens/issued-tokens';
import { definedOnly } from '../../domains/topics/store';
import { badParameter } from '../../wire/errors';
import { unixSeconds } from '../../wire/times';
import { ownBeyond, OWN_ORDER } from '../../domains/device-definitions/own-definitions';
import { secretOwner as deviceSecretOwner } from '../device-manage/device-record';
import { secretOwner as productSecretOwner } from '../product-manage/product-record';
import { modelOf, SCHEMA_ORDER } from '../product-manage/schema-record';

/** Devices or products in one call: an answer must fit into gRPC's 4 MB. */
const MAX_BATCH = 1000;

interface DeviceFound {
  readonly id: bigint;
  readonly product_key: string;
  readonly product_id: string;
  readonly device_name: string;
  readonly secret: string;
  readonly is_enable: boolean;
  readonly registration: string;
  readonly last_client_id: string;
  readonly first_login: Date | null;
  readonly reset_at: Date | null;
  readonly schema_revision: string | null;
  readonly validation: string | null;
  /** Of the gateway device that it is attached to; null where it is attached to none. */
  readonly gateway_product_id: string | null;
  readonly gateway_device_name: string | null;
}

const gatewayOf = ({ gateway_product_id: productID, gateway_device_name: deviceName }: DeviceFound) =>
  productID !== null && deviceName !== null ? { productID, deviceName } : null;

export const directory = ({ prisma, secretBox, now, log }: DmContext): Handlers<typeof services.directory> => {
  const findDevices = (keys: readonly { readonly productKey: string; readonly deviceName: string }[]) =>
    prisma.$queryRaw<DeviceFound[]>`
      SELECT d.id, p.product_key, d.product_id, d.device_name, d.secret, d.is_enable, d.registration,
        d.last_client_id, d.first_login, d.reset_at, d.schema_revision::text,
        p.protocol_conf->>'validation' AS validation,
        gateway.product_id AS gateway_product_id, gateway.device_name AS gateway_device_name
      FROM (SELECT DISTINCT * FROM unnest(
        ${keys.map((key) => key.productKey)}::text[], ${keys.map((key) => key.deviceName)}::text[]
      ) AS k (product_key, device_name)) AS wanted
      JOIN product p USING (product_key)
      JOIN device d ON d.product_id = p.product_id AND d.device_name = wanted.device_name
      LEFT JOIN sub_device bound ON bound.device_id = d.id
      LEFT JOIN device gateway ON gateway.id = bound.gateway_id`;

  /** Live pairs of clientId and deviceToken, by device. */
  const findTokens = async (deviceIDs: readonly bigint[]): Promise<ReadonlyMap<bigint, TokenRow[]>> => {
    const byDevice = new Map<bigint, TokenRow[]>();
    if (deviceIDs.length === 0) return byDevice;
    const rows = await prisma.issuedToken.findMany({
      where: { deviceID: { in: [...deviceIDs] }, kind: 'device', ...liveTokens(now()) },
    });
    for (const row of rows) byDevice.set(row.deviceID, [...(byDevice.get(row.deviceID) ?? []), row]);
    return byDevice;
  };

  /** Whole models of those that have definitions of their own, by device. */
  const findOwnModels = async (devices: readonly DeviceFound[]): Promise<ReadonlyMap<bigint, string>> => {
    const having = devices.filter((row) => row.schema_revision !== null);
    if (having.length === 0) return new Map();
    const [ofProducts, own] = await Promise.all([
      prisma.schemaEntry.findMany({
        where: { productID: { in: [...new Set(having.map((row) => row.product_id))] } },
        orderBy: SCHEMA_ORDER,
      }),
      prisma.deviceDefinition.findMany({
        where: { deviceID: { in: having.map((row) => row.id) } },
        orderBy: OWN_ORDER,
      }),
    ]);
    return new Map(
      having.map(({ id, product_id: productID }) => {
        const ofProduct = ofProducts.filter((row) => row.productID === productID);
        const ofDevice = own.filter((row) => row.deviceID === id);
        return [id, modelText(productID, [...ofProduct, ...ownBeyond(ofProduct, ofDevice, productID)])];
      }),
    );
  };

  const findProducts = (productKeys: readonly string[]) =>
    prisma.product.findMany({
      where: { productKey: { in: [...new Set(productKeys)] } },
      include: {
        schema: { orderBy: SCHEMA_ORDER },
        topicClasses: { orderBy: { topic: 'asc' } },
        forwards: {
          where: { disabled: false },
          orderBy: { id: 'asc' },
          include: { target: { select: { productKey: true } } },
        },
      },
    });

  /** A model that cannot be read, as another version may have left it, is no reason to know nothing of the other products. */
  const modelText = (productID: string, rows: Parameters<typeof modelOf>[0]): string => {
    if (rows.length === 0) return '';
    try {
      return JSON.stringify(exportModel(modelOf(rows), productID));
    } catch (err) {
      log.error({ err, productID }, 'the stored thing model cannot be read; import it again');
      return '';
    }
  };

  /** One secret that does not open is no reason to let nobody of the batch in: its row is left out, as if it were unknown. */
  const open = (sealed: string, owner: string): { readonly secret: string } | undefined => {
    try {
      return { secret: secretBox.open(sealed, owner) };
    } catch (err) {
      if (!(err instanceof SecretBoxError)) throw err;
      log.error({ err, owner }, 'the stored secret does not open; its owner cannot log in');
      return undefined;
    }
  };

  return {
    async resolve({ devices: keys, productKeys }) {
      if (keys.length > MAX_BATCH) throw badParameter('devices', `must have at most ${MAX_BATCH} entries`);
      if (productKeys.length > MAX_BATCH) throw badParameter('productKeys', `must have at most ${MAX_BATCH} entries`);
      const [devices, products] = await Promise.all([
        keys.length > 0 ? findDevices(keys) : [],
        productKeys.length > 0 ? findProducts(productKeys) : [],
      ]);
      const [tokens, ownModels] = await Promise.all([findTokens(devices.map((row) => row.id)), findOwnModels(devices)]);
      return {
        devices: devices.flatMap((row) => {
          const device = { productID: row.product_id, deviceName: row.device_name };
          const opened = open(row.secret, deviceSecretOwner(device));
          if (!opened) return [];
          return {
            ...device,
            ...opened,
            productKey: row.product_key,
            enabled: row.is_enable,
            registration: row.registration,
            lastClientId: row.last_client_id,
            firstLogin: unixSeconds(row.first_login),
            resetAt: String(row.reset_at?.getTime() ?? 0),
            tokens: (tokens.get(row.id) ?? []).map(tokenRecord),
            schema: ownModels.get(row.id) ?? '',
            validation: row.validation || 'weak',
            gateway: gatewayOf(row),
          };
        }),
        products: products.flatMap((row) => {
          const opened = open(row.secret, productSecretOwner(row.productID));
          if (!opened) return [];
          return {
            ...opened,
            productKey: row.productKey,
            productID: row.productID,
            enabled: row.status !== ProductStatus.disabled,
            autoRegister: row.autoRegister,
            deviceType: row.deviceType,
            validation: (row.protocolConf as Record<string, string>)['validation'] || 'weak',
            schema: modelText(row.productID, row.schema),
            topicClasses: definedOnly(row.protocolConf) ? { list: row.topicClasses } : null,
            forwards: row.forwards.map(({ target, ...rule }) => ({ ...rule, targetProductKey: target.productKey })),
          };
        }),
      };
    },
  };
};
