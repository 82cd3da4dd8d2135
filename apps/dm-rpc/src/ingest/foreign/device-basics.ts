/** What a device says of itself beside its values: its version, its addresses, its tags. */
import { isDeepStrictEqual } from 'node:util';
import type { Prisma } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { FIRMWARE, keepVersions, MAX_VERSION } from '../../domains/versions/store';
import { requireLockedDevice } from '../../services/lock-device';
import { badParameter } from '../../wire/errors';
import { pickExtra } from '../../wire/extra';
import { plainText, textMap } from '../../wire/fields';
import type { QuestionContext } from './question-kind';

/** Absent, empty and 0 leave what is known. */
export interface DeviceBasics {
  readonly deviceAlias?: string;
  readonly imei?: string;
  readonly mac?: string;
  readonly version?: string;
  readonly address?: string;
  readonly adcode?: string;
  readonly hardInfo?: string;
  readonly softInfo?: string;
  readonly iccid?: string;
  /** Its address in its own network. */
  readonly localIp?: string;
  /** 1 China Mobile, 2 China Unicom, 3 China Telecom, 4 China Broadnet. */
  readonly mobileOperator?: number;
  /** dBm. */
  readonly rssi?: number;
  /** Degrees. */
  readonly position?: { readonly longitude: number; readonly latitude: number };
  /** All of its tags; those that are not among them go. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Characters of a text, and of the value of a tag. */
const MAX_TEXT = 4096;

/** @throws {RpcError} 100006 for a text that is too long, or that jsonb does not keep */
const textOf = (field: string, value = ''): string => {
  if (/\p{Surrogate}/u.test(value)) throw badParameter(field, 'holds half a character');
  return plainText(field, value, MAX_TEXT);
};

const tagsOf = (tags: Readonly<Record<string, string>>): Record<string, string> => {
  for (const text of Object.entries(tags).flat()) textOf('tags', text);
  return textMap('tags', tags);
};

/** As the wire has wrappers. */
const wrapped = (field: string, value: string | undefined) => (value ? { value: textOf(field, value) } : undefined);

/** In the form in which a device's record keeps what nothing here acts on. */
const extraOf = (basics: DeviceBasics): Prisma.InputJsonObject => {
  const { mobileOperator, rssi, position } = basics;
  const extra = {
    imei: textOf('imei', basics.imei),
    mac: textOf('mac', basics.mac),
    hardInfo: textOf('hardInfo', basics.hardInfo),
    softInfo: textOf('softInfo', basics.softInfo),
    lastLocalIp: textOf('localIp', basics.localIp),
    version: wrapped('version', basics.version),
    address: wrapped('address', basics.address),
    adcode: wrapped('adcode', basics.adcode),
    iccid: wrapped('iccid', basics.iccid),
    mobileOperator: mobileOperator ? String(mobileOperator) : undefined,
    rssi: rssi === undefined ? undefined : { value: String(rssi) },
    Position: position && { longitude: position.longitude, latitude: position.latitude },
  };
  return pickExtra(extra, Object.keys(extra));
};

/**
 * Keeps it, and tells who has the device in a cache. Nothing of it is audited: the device speaks of itself.
 * @throws {RpcError} 100006 naming the member that cannot be kept
 */
export const storeBasics = async (
  { prisma, changes }: Pick<QuestionContext, 'prisma' | 'changes'>,
  device: DeviceCore,
  basics: DeviceBasics,
): Promise<void> => {
  const extra = extraOf(basics);
  const deviceAlias = basics.deviceAlias
    ? plainText('deviceAlias', textOf('deviceAlias', basics.deviceAlias), 128)
    : undefined;
  const tags = basics.tags ? tagsOf(basics.tags) : undefined;
  const changed = await prisma.$transaction(async (tx) => {
    const id = await requireLockedDevice(tx, device);
    const { version } = basics;
    if (version)
      await keepVersions(tx, [{ deviceID: id, moduleCode: FIRMWARE, version: version.slice(0, MAX_VERSION) }]);
    const before = await tx.device.findUniqueOrThrow({ where: { id } });
    const data = {
      extra: { ...(before.extra as Prisma.InputJsonObject), ...extra },
      ...(deviceAlias !== undefined && { deviceAlias }),
      ...(tags !== undefined && { tags }),
    };
    const fields = Object.keys(data) as (keyof typeof data)[];
    if (fields.every((field) => isDeepStrictEqual(before[field], data[field]))) return false;
    await tx.device.update({ where: { id }, data });
    return true;
  });
  if (changed) changes.deviceUpdated({ productID: device.productID, deviceName: device.deviceName });
};
