import { YesNo } from '@alink/contract/enumerations';
import * as z from 'zod';
import { allPages } from '../../all-pages';
import { forEachAtOnce, inParts } from '../../at-once';
import { changeDevice } from '../../devices/change-device';
import { createFromLines, type JudgedDevice } from '../../devices/create-devices';
import { OperatorError } from '../../operator-error';
import type { Platform } from '../../platform';
import { productKeyOf } from '../../products/product-key';
import { someOf } from '../../words/some-of';
import { logLevels, wordOf } from '../../words/wire-words';
import type { Kind } from '../kind';
import {
  defined,
  deviceName,
  fileName,
  productKey,
  shortText,
  tags,
  tagsIfAny,
  withDefaults,
  wordIn,
} from '../members';
import { productsIn } from '../products-in';

const deviceSchema = z.strictObject({
  deviceName,
  alias: shortText(128).optional(),
  enabled: z.boolean().optional(),
  logLevel: wordIn(logLevels).optional(),
  tags: tags.optional(),
});
const schema = z.strictObject({ productKey, devices: z.array(deviceSchema) });
type DeviceSpec = z.infer<typeof deviceSchema>;
type ListSpec = z.infer<typeof schema>;

type DeviceInfo = Awaited<ReturnType<Platform['devices']['deviceInfoIndex']>>['list'][number];

const specOf = ({ deviceName, deviceAlias, isEnable, logLevel, tags }: DeviceInfo): DeviceSpec =>
  defined({
    deviceName,
    alias: deviceAlias?.value || undefined,
    enabled: Number(isEnable) === YesNo.no ? false : undefined,
    logLevel: logLevel === '0' ? undefined : (wordOf(logLevels, logLevel) as DeviceSpec['logLevel']),
    tags: tagsIfAny(tags),
  });

/** What is so where nothing else is said. */
const DEFAULTS: Partial<DeviceSpec> = { alias: '', enabled: true, tags: {} };

/**
 * Devices of a product, those that a document names: what else the product has is not looked at. Their secrets are the
 * platform's; a device that has one already comes by `dmctl device import`.
 */
export const deviceListKind: Kind<ListSpec> = {
  name: 'DeviceList',
  schema,
  idOf: ({ productKey }) => productKey,
  needs: ({ productKey: id }) => [{ kind: 'Product', id }],
  normal: ({ productKey, devices }) => {
    const seen = new Set<string>();
    for (const { deviceName } of devices) {
      if (seen.has(deviceName)) throw new Error(`devices: ${deviceName} is there twice`);
      seen.add(deviceName);
    }
    return { productKey, devices };
  },
  read: async ({ devices }, { productKey: productID, devices: wanted }) => {
    const found = new Map<string, DeviceSpec>();
    for (const part of inParts(wanted)) {
      const deviceNames = part.map(({ deviceName }) => deviceName);
      const { list } = await devices.deviceInfoIndex({ productID, deviceNames, page: { page: 1, size: part.length } });
      for (const info of list) found.set(info.deviceName, specOf(info));
    }
    const there = wanted.flatMap((device) => {
      const info = found.get(device.deviceName);
      return info ? [withDefaults(info, device, DEFAULTS)] : [];
    });
    return there.length > 0 ? { productKey: productID, devices: there } : undefined;
  },
  merge: (before, { productKey, devices }) => {
    const known = new Map(before.devices.map((device) => [device.deviceName, device]));
    return { productKey, devices: devices.map((device) => ({ ...known.get(device.deviceName), ...device })) };
  },
  create: async (platform, after) => {
    const refused = await createAll(platform, after.productKey, after.devices);
    throwRefused(refused, after.devices.length);
  },
  change: async (platform, before, { productKey: productID, devices }) => {
    const known = new Map(before.devices.map((device) => [device.deviceName, device]));
    const missing = devices.filter(({ deviceName }) => !known.has(deviceName));
    const refused = await createAll(platform, productID, missing);
    const changed = devices.filter((device) => {
      const was = known.get(device.deviceName);
      return was && JSON.stringify(was) !== JSON.stringify({ ...was, ...device });
    });
    await forEachAtOnce(changed, (device) => changeOne(platform, productID, device, known.get(device.deviceName)));
    throwRefused(refused, missing.length, changed.length);
  },
  list: async (platform, scope) => {
    if (!scope.devices) return [];
    const lists: ListSpec[] = [];
    for (const { productID } of await productsIn(platform, scope)) {
      const devices = await allDevices(platform, productID);
      if (devices.length > 0) lists.push({ productKey: productID, devices });
    }
    return lists;
  },
  fileOf: ({ productKey: key }) => `products/${fileName(key)}`,
};

/** @returns those that were refused; the others are there, with all that their documents say */
const createAll = async (
  platform: Platform,
  productID: string,
  devices: readonly DeviceSpec[],
): Promise<JudgedDevice[]> => {
  if (devices.length === 0) return [];
  const productKey = productKeyOf(await platform.products.productInfoRead({ productID }));
  const refused: JudgedDevice[] = [];
  for (const part of inParts(devices)) {
    const wanted = part.map(({ deviceName, alias = '' }, i) => {
      return { line: i, productID, productKey, deviceName, deviceSecret: '', alias, fault: undefined };
    });
    const judged = await createFromLines(platform, wanted, {});
    refused.push(...judged.filter(({ reason }) => reason !== ''));
    const created = part.filter((_, i) => judged[i]!.reason === '');
    await forEachAtOnce(created, async (device) => {
      const { tags, logLevel, enabled } = device;
      if (tags ?? logLevel ?? enabled === false) await changeOne(platform, productID, device, undefined);
    });
  }
  return refused;
};

/** Refusals in one message. */
const MAX_NAMED = 10;

/**
 * @param count of the devices that were to be created
 * @param changed how many others were changed
 * @throws {OperatorError} naming those that were refused, and counting what was done
 */
const throwRefused = (refused: readonly JudgedDevice[], count: number, changed = 0): void => {
  if (refused.length === 0) return;
  const named = refused.map(({ deviceName, reason }) => `${JSON.stringify(deviceName)}: ${reason}`);
  const done = `${count - refused.length} created${changed > 0 ? `, ${changed} changed` : ''}`;
  throw new OperatorError(
    'refused',
    `${refused.length} of ${count} devices refused, ${done}: ${someOf(named, MAX_NAMED, '; ')}`,
  );
};

const changeOne = async (
  platform: Platform,
  productID: string,
  { deviceName, alias, tags: tag, logLevel, enabled }: DeviceSpec,
  before: DeviceSpec | undefined,
): Promise<void> => {
  const device = { productID, deviceName };
  if (alias !== undefined || tag || logLevel) {
    const untag = tag && Object.keys(before?.tags ?? {}).filter((key) => !(key in tag));
    await changeDevice(platform, device, { alias, logLevel, tag, ...(untag && untag.length > 0 && { untag }) });
  }
  if (enabled !== undefined && enabled !== (before?.enabled ?? true)) {
    await platform.devices.deviceInfoUpdate({ ...device, isEnable: enabled ? YesNo.yes : YesNo.no });
  }
};

const allDevices = async ({ devices }: Platform, productID: string): Promise<DeviceSpec[]> =>
  (await allPages('id', (page) => devices.deviceInfoIndex({ productID, page }))).map(specOf);
