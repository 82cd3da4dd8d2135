/** A device on the wire and in the database. */
import { DeviceStatus, LogLevel, OnlineState, valuesOf, YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { belongGroup, GROUPS_PART } from '../../domains/groups/belonging';
import { badParameter } from '../../wire/errors';
import { mergeExtra, pickExtra } from '../../wire/extra';
import { choice, plainText, requireDeviceName, requireProductID, textMap } from '../../wire/fields';
import type { RequestOf, ResponseOf } from '../../wire/messages';
import { unixSeconds } from '../../wire/times';
import { DEVICE_DEFAULTS } from './device-defaults';

export type DeviceInput = RequestOf<typeof services.deviceManage, 'deviceInfoCreate'>;
export type DeviceOutput = ResponseOf<typeof services.deviceManage, 'deviceInfoRead'>;

/** What of its product and of its groups a device shows. */
export const SHOWN_PARTS = {
  product: { select: { productName: true, deviceType: true, netType: true, categoryID: true, extra: true } },
  ...GROUPS_PART,
} as const;
export type DeviceRow = Prisma.DeviceGetPayload<{ include: typeof SHOWN_PARTS }>;

/** Kept and returned, not interpreted. */
const EXTRA = [
  'projectID',
  'areaID',
  'cert',
  'imei',
  'mac',
  'version',
  'hardInfo',
  'softInfo',
  'Position',
  'address',
  'mobileOperator',
  'phone',
  'iccid',
  'schemaAlias',
  'tenantCode',
  'rssi',
  'ratedPower',
  'distributor',
  'firstBind',
  'expTime',
  'NeedConfirmJobID',
  'NeedConfirmVersion',
  'userID',
  'areaIDPath',
  'adcode',
  'desc',
  'lastBind',
  'subProtocolConf',
  'dept',
  'sort',
  'deviceImg',
  'file',
  'lastLocalIp',
] as const;

/** Where the protocol's parameters say how a device came to be; the node sets it for devices it creates itself. */
const REGISTRATION_KEY = 'registration';
const REGISTRATIONS = ['operator', 'auto', 'nwl', 'gateway'];

const { yes, no } = YesNo;

/** What a device's secret is sealed for. */
export const secretOwner = ({ productID, deviceName }: DeviceCore): string => `device:${productID}/${deviceName}`;

/** The names of a device in a request, checked. @param prefix of the field's name: `device.` */
export const requireDevice = (
  core: { readonly productID: string; readonly deviceName: string } | null,
  prefix = '',
): DeviceCore => {
  if (!core) throw badParameter(prefix.slice(0, -1), 'must be set');
  return {
    productID: requireProductID(`${prefix}productID`, core.productID),
    deviceName: requireDeviceName(`${prefix}deviceName`, core.deviceName),
  };
};

/** How the device came to be stands in a column of its own, since it decides what the device may do. */
const splitConf = (given: Readonly<Record<string, string>>) => {
  const { [REGISTRATION_KEY]: registration = 'operator', ...protocolConf } = textMap('protocolConf', given);
  if (!REGISTRATIONS.includes(registration)) {
    throw badParameter(`protocolConf["${REGISTRATION_KEY}"]`, `must be one of ${REGISTRATIONS.join(', ')}`);
  }
  return { registration, protocolConf };
};

/** The row of a new device, without its secret. */
export const newDeviceRow = (info: DeviceInput): Omit<Prisma.DeviceUncheckedCreateInput, 'secret'> => ({
  ...requireDevice(info),
  deviceAlias: plainText('deviceAlias', info.deviceAlias?.value ?? '', 128),
  isEnable: choice('isEnable', info.isEnable, valuesOf(YesNo), yes) === yes,
  logLevel: choice('logLevel', info.logLevel, valuesOf(LogLevel), 0),
  tags: textMap('tags', info.tags),
  ...splitConf(info.protocolConf),
  extra: pickExtra(info, EXTRA),
});

/** What an update changes: only what is set. What nodes and presence own never changes this way. */
export const changedDeviceRow = (info: DeviceInput, row: Prisma.DeviceGetPayload<object>): Prisma.DeviceUpdateInput => {
  const change: Prisma.DeviceUpdateInput = {
    isEnable: choice('isEnable', info.isEnable, valuesOf(YesNo), row.isEnable ? yes : no) === yes,
    logLevel: choice('logLevel', info.logLevel, valuesOf(LogLevel), row.logLevel),
    extra: mergeExtra(row.extra, info, EXTRA),
  };
  if (info.deviceAlias) change.deviceAlias = plainText('deviceAlias', info.deviceAlias.value, 128);
  if (Object.keys(info.tags).length > 0) change.tags = textMap('tags', info.tags);
  if (Object.keys(info.protocolConf).length > 0) change.protocolConf = splitConf(info.protocolConf).protocolConf;
  return change;
};

/** As `byStatus` has them. */
const statusOf = (row: Pick<DeviceRow, 'firstLogin' | 'isOnline'>): number =>
  row.isOnline ? DeviceStatus.online : row.firstLogin ? DeviceStatus.offline : DeviceStatus.inactive;

/** @param secret the DeviceSecret, opened; empty in lists */
export const deviceInfo = (row: DeviceRow, secret: string): DeviceOutput => {
  const { product } = row;
  const conf = row.protocolConf as Record<string, string>;
  const extra = row.extra as { readonly deviceImg?: string };
  const { productImg = '' } = product.extra as { readonly productImg?: string };
  const createdTime = unixSeconds(row.createdAt);
  return {
    ...DEVICE_DEFAULTS,
    distributor: { ...DEVICE_DEFAULTS.distributor, updatedTime: createdTime },
    ...extra,
    productImg,
    deviceImg: extra.deviceImg || productImg,
    id: row.id.toString(),
    productID: row.productID,
    productName: product.productName,
    deviceName: row.deviceName,
    deviceType: product.deviceType,
    netType: product.netType,
    categoryID: product.categoryID.toString(),
    secret,
    deviceAlias: { value: row.deviceAlias },
    isEnable: row.isEnable ? yes : no,
    logLevel: row.logLevel,
    tags: row.tags as Record<string, string>,
    BelongGroup: belongGroup(row),
    protocolConf: row.registration === 'operator' ? conf : { ...conf, [REGISTRATION_KEY]: row.registration },
    createdTime,
    isOnline: row.isOnline ? OnlineState.online : OnlineState.offline,
    status: statusOf(row),
    firstLogin: unixSeconds(row.firstLogin),
    lastLogin: unixSeconds(row.lastLogin),
    lastOffline: unixSeconds(row.lastOffline),
    lastIp: row.lastIp,
  };
};
