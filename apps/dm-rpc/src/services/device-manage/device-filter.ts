/** Which devices a list or a count is about. */
import { DeviceStatus, OnlineState, valuesOf, YesNo, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { DEVICES_BY_GROUP, inGroups } from '../../domains/groups/group-filter';
import { extraBegins, extraIn, extraIsNot } from '../../wire/extra';
import { choice } from '../../wire/fields';
import { noFilter, notServed, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { containing, literal } from '../../wire/search';
import { timeBound } from '../../wire/times';
import { numberFilter } from './compare';
import { DEVICE_DEFAULTS } from './device-defaults';
import { requireDevice } from './device-record';

type DeviceManage = typeof services.deviceManage;
type Request = RequestOf<DeviceManage, 'deviceInfoIndex'>;
type Where = Prisma.DeviceWhereInput;

/** Every device is in one of these states. One that was reset is online until its session has ended. */
export const byStatus = {
  inactive: { firstLogin: null, isOnline: false },
  online: { isOnline: true },
  offline: { firstLogin: { not: null }, isOnline: false },
} satisfies Record<string, Where>;

/** By `status` on the wire; disabled is one that the others do not exclude. */
const byWireStatus: Readonly<Record<number, Where>> = {
  [DeviceStatus.inactive]: byStatus.inactive,
  [DeviceStatus.online]: byStatus.online,
  [DeviceStatus.offline]: byStatus.offline,
  [DeviceStatus.disabled]: { isEnable: false },
};
/** No device is in any other state. */
const NONE: Where = { id: -1n };

const inStatuses = (statuses: readonly string[]): Where => ({
  OR: statuses.map((status) => byWireStatus[Number(status)] ?? NONE),
});

const { areaID, areaIDPath, distributor, projectID, tenantCode, userID } = DEVICE_DEFAULTS;
export const inAreas = (ids: readonly string[]): Where => extraIn('areaID', ids, areaID);
const inAreaPaths = (paths: readonly string[]): Where => extraBegins('areaIDPath', paths, areaIDPath);
const ofType = (types: readonly string[]): Where => ({ product: { deviceType: { in: types.map(Number) } } });
export const inCategories = (ids: readonly string[]): Where => ({ product: { categoryID: { in: ids.map(BigInt) } } });

export const notInArea = (id: string): Where => extraIsNot('areaID', id, areaID);
/** An area and those below it: a path is made of ids, each with a dash behind it. */
export const inBranch = (id: string): Where => ({
  OR: [inArea(id), inAreaPath(`${id}-`), { extra: { path: ['areaIDPath'], string_contains: `-${id}-` } }],
});
export const inTenant = (code: string): Where => extraIn('tenantCode', [code], tenantCode);
/** The devices that a field of a product's list asks for. */
export const inProject = (id: string): Where => extraIn('projectID', [id], projectID);
export const inArea = (id: string): Where => inAreas([id]);
export const inAreaPath = (path: string): Where => inAreaPaths([path]);

/** A place in a tree of distributors or departments. @param field of DeviceInfo @param root the id of those that have none */
const inTree =
  (field: string, root: string) =>
  ({
    id,
    idPath,
    noParentID,
  }: {
    readonly id: string;
    readonly idPath: string;
    readonly noParentID: string;
  }): Where => ({
    AND: [
      ...(id === '0' ? [] : [extraIn(`${field}.id`, [id], root)]),
      ...(noParentID === '0' ? [] : [extraIsNot(`${field}.id`, noParentID, root)]),
      ...(idPath === '' ? [] : [extraBegins(`${field}.idPath`, [idPath])]),
    ],
  });

/** `withShared` and `withCollect`: 1 adds what is the user's in that way, 2 asks for that alone. Nothing is, here. */
const usersOwn =
  (field: string) =>
  (value: string): Where | undefined =>
    choice(field, value, [1, 2], 0) === 1 ? undefined : NONE;

/** Ids up to that of the root are nobody's. */
const nobody = extraIn('userID', ['0', userID], userID);

export const DEVICE_FILTERS: FilterTable<Request, Where> = {
  page: noFilter,
  productID: (value) => ({ productID: value }),
  productIDs: (values) => ({ productID: { in: values } }),
  deviceName: (text) => ({ deviceName: containing(text) }),
  deviceNames: (names) => ({ deviceName: { in: names } }),
  deviceAlias: (text) => ({ deviceAlias: containing(text) }),
  deviceNameOrAlias: (text) => ({ OR: [{ deviceName: containing(text) }, { deviceAlias: containing(text) }] }),
  devices: (devices) => ({ OR: devices.map((device, i) => requireDevice(device, `devices[${i}].`)) }),
  tags: (tags) => ({ AND: Object.entries(tags).map(([key, equals]) => ({ tags: { path: [key], equals } })) }),
  tagsLike: (tags) => ({
    AND: Object.entries(tags).map(([key, text]) => ({ tags: { path: [key], string_contains: literal(text) } })),
  }),
  isOnline: (value) => ({ isOnline: choice('isOnline', value, valuesOf(OnlineState), 0) === OnlineState.online }),
  status: (value) => inStatuses([value]),
  statuses: inStatuses,
  deviceType: (value) => ofType([value]),
  deviceTypes: ofType,
  netType: (value) => ({ product: { netType: Number(value) } }),
  productCategoryID: (id) => inCategories([id]),
  productCategoryIDs: inCategories,
  /** As the one that carries commands, or beside that. */
  protocolCode: (code) => ({
    product: { OR: [{ protocolCode: code }, extraIn('subProtocolCode.value', [code])] },
  }),
  tenantCode: inTenant,
  areaID: inArea,
  areaIDs: inAreas,
  notAreaID: notInArea,
  areaIDPath: inAreaPath,
  areaIDPaths: inAreaPaths,
  userID: (id) => extraIn('userID', [id], userID),
  hasOwner: (value) => (choice('hasOwner', value, valuesOf(YesNo), 0) === YesNo.yes ? { NOT: nobody } : nobody),
  distributor: inTree('distributor', distributor.id),
  dept: inTree('dept', '0'),
  versions: (versions) => extraIn('version.value', versions),
  notVersion: (version) => extraIsNot('version.value', version),
  iccid: (iccid) => extraIn('iccid.value', [iccid]),
  withShared: usersOwn('withShared'),
  withCollect: usersOwn('withCollect'),
  withGateway: noFilter,
  /** The sub-devices of one. */
  gateway: (gateway) => ({ gateway: { gateway: requireDevice(gateway, 'gateway.') } }),
  /** Asks for nothing without a range around it. */
  Position: noFilter,
  range: notServed,
  ...DEVICES_BY_GROUP,
  ratedPower: (wanted) => ({ ratedPower: numberFilter('ratedPower', wanted) }),
  rssi: (wanted) => ({ rssi: numberFilter('rssi', wanted) }),
  /** One that has no end compares with none. */
  expTime: (wanted) => ({ expTime: numberFilter('expTime', wanted) }),
  property: notServed,
};

/** Of `deviceInfoCount` and `deviceTypeCount`, whose fields are the same. */
export const DEVICE_COUNT_FILTERS: FilterTable<RequestOf<DeviceManage, 'deviceInfoCount'>, Where> = {
  /** Of the last login, as unitedrhino's dm counts. */
  timeRange: ({ start, end }) => ({
    lastLogin: { gte: timeBound('timeRange.start', start), lte: timeBound('timeRange.end', end) },
  }),
  areaIDs: inAreas,
  groupIDs: inGroups,
};
