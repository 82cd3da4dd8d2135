import { DeviceType } from '@alink/contract/enumerations';
import * as z from 'zod';
import { allPages } from '../../all-pages';
import { replaceSubDevices, subDevicesOf, type NamedDevice } from '../../gateways/sub-devices';
import type { Platform } from '../../platform';
import type { Kind } from '../kind';
import { deviceName, fileName, productKey } from '../members';
import { productsIn } from '../products-in';

const memberSchema = z.strictObject({ productKey, deviceName });
const schema = z.strictObject({ productKey, deviceName, subDevices: z.array(memberSchema) });
type SubDevicesSpec = z.infer<typeof schema>;
type Member = z.infer<typeof memberSchema>;

const keyOf = ({ productKey, deviceName }: Member): string => `${productKey}/${deviceName}`;
/** Each once, in an order of their own. */
const sorted = (members: readonly Member[]): Member[] => {
  const byKey = new Map(members.map((member) => [keyOf(member), member]));
  return [...byKey.keys()].sort().map((key) => byKey.get(key)!);
};
const memberOf = ({ productID, deviceName }: NamedDevice): Member => ({ productKey: productID, deviceName });
const coreOf = ({ productKey: productID, deviceName }: Member): NamedDevice => ({ productID, deviceName });

/**
 * The sub-devices of a gateway device. A device has one gateway device: the document that names it takes it from another.
 * Others leave it when it is pruned.
 */
export const subDevicesKind: Kind<SubDevicesSpec> = {
  name: 'SubDevices',
  schema,
  idOf: keyOf,
  needs: ({ productKey: id, subDevices }) =>
    [...new Set([id, ...subDevices.map((member) => member.productKey)])].map((each) => ({ kind: 'Product', id: each })),
  normal: (spec) => ({ ...spec, subDevices: sorted(spec.subDevices) }),
  read: async (platform, { productKey: productID, deviceName }) => {
    const { list } = await platform.devices.deviceInfoIndex({ devices: [{ productID, deviceName }] });
    if (list.length === 0) return undefined;
    const subDevices = await subDevicesOf(platform, { productID, deviceName });
    return { productKey: productID, deviceName, subDevices: sorted(subDevices.map(memberOf)) };
  },
  merge: (before, wanted, prune) =>
    prune ? wanted : { ...wanted, subDevices: sorted([...before.subDevices, ...wanted.subDevices]) },
  lacked: (before, { subDevices }) => {
    const wanted = new Set(subDevices.map(keyOf));
    return before.subDevices.map(keyOf).filter((key) => !wanted.has(key));
  },
  create: (platform, after) => write(platform, after),
  change: (platform, _, after) => write(platform, after),
  list: async (platform, scope) => {
    if (!scope.devices) return [];
    const keys = new Set((await productsIn(platform, scope)).map(({ productID }) => productID));
    const byGateway = new Map<string, SubDevicesSpec>();
    for (const { productID, deviceType } of await productsIn(platform, { productKeys: [] })) {
      if (Number(deviceType) === DeviceType.gateway) continue;
      for (const { gateway, member } of await attachedOf(platform, productID)) {
        if (!keys.has(gateway.productKey)) continue;
        const spec = byGateway.get(keyOf(gateway)) ?? { ...gateway, subDevices: [] };
        byGateway.set(keyOf(gateway), { ...spec, subDevices: [...spec.subDevices, member] });
      }
    }
    const specs = [...byGateway.keys()].sort().map((key) => byGateway.get(key)!);
    return specs.map((spec) => ({ ...spec, subDevices: sorted(spec.subDevices) }));
  },
  fileOf: ({ productKey: key }) => `gateways/${fileName(key)}`,
};

const write = (platform: Platform, { subDevices, ...gateway }: SubDevicesSpec): Promise<void> =>
  replaceSubDevices(platform, coreOf(gateway), subDevices.map(coreOf));

/** The devices of a product that are attached to something. */
const attachedOf = async ({ devices }: Platform, productID: string) => {
  const list = await allPages('id', (page) => devices.deviceInfoIndex({ productID, withGateway: true, page }));
  return list.flatMap((info) => (info.Gateway ? [{ gateway: memberOf(info.Gateway), member: memberOf(info) }] : []));
};
