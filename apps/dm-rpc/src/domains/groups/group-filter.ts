/** Which groups a list is about, and which devices are in groups that are so. */
import type { services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import { noFilter, type FilterTable } from '../../wire/filters';
import type { RequestOf } from '../../wire/messages';
import { containing, literal } from '../../wire/search';
import { requireDevice } from '../../services/device-manage/device-record';
import { parentOf, purposeOf } from './group-record';

type GroupRequest = RequestOf<typeof services.deviceGroup, 'groupInfoIndex'>;
type DeviceRequest = RequestOf<typeof services.deviceManage, 'deviceInfoIndex'>;
type Where = Prisma.DeviceGroupWhereInput;

export const GROUP_FILTERS: FilterTable<GroupRequest, Where> = {
  page: noFilter,
  withDevices: noFilter,
  name: (text) => ({ name: containing(text) }),
  names: (names) => ({ name: { in: names } }),
  parentID: (id) => ({ parentID: parentOf(id) }),
  areaID: (id) => ({ areaID: BigInt(id) }),
  tags: (tags) => ({ AND: Object.entries(tags).map(([key, equals]) => ({ tags: { path: [key], equals } })) }),
  hasDevice: (device) => ({ members: { some: { device: requireDevice(device, 'hasDevice.') } } }),
  // Of one purpose in any case: which, is told by ofPurposes.
  purpose: noFilter,
  purposes: noFilter,
};

/** Several purposes go before one. */
export const ofPurposes = ({ purpose, purposes }: Pick<GroupRequest, 'purpose' | 'purposes'>): Where => ({
  purpose: { in: purposes.length > 0 ? purposes : [purposeOf(purpose)] },
});

const inPaths = (paths: readonly string[]): Where => ({
  OR: paths.map((path) => ({ idPath: { startsWith: literal(path) } })),
});

/** What the fields of a list of devices say together about one group that a device is in. */
const inOneGroup = (request: DeviceRequest): Prisma.DeviceWhereInput => {
  const { groupID, groupIDs, groupIDPath, groupIDPaths, parentGroupID, groupName, groupPurpose } = request;
  const group: Where[] = [
    ...(groupID === '0' ? [] : [{ id: BigInt(groupID) }]),
    ...(groupIDs.length === 0 ? [] : [{ id: { in: groupIDs.map(BigInt) } }]),
    ...(groupIDPath === '' ? [] : [inPaths([groupIDPath])]),
    ...(groupIDPaths.length === 0 ? [] : [inPaths(groupIDPaths)]),
    ...(parentGroupID === '0' ? [] : [{ parentID: parentOf(parentGroupID) }]),
    ...(groupName === '' ? [] : [{ name: containing(groupName) }]),
    ...(groupPurpose === '' ? [] : [{ purpose: groupPurpose }]),
  ];
  return { groups: { some: { group: { AND: group } } } };
};

export const inGroups = (ids: readonly string[]): Prisma.DeviceWhereInput => ({
  groups: { some: { groupID: { in: ids.map(BigInt) } } },
});

/** Of each purpose the groups that a device is in one of, by their ids, their paths or both. */
export type WantedGroups = Readonly<
  Record<string, { readonly ids?: readonly string[] | null; readonly idPaths?: readonly string[] | null }>
>;

/** The devices that are in a group of every purpose that is asked for. */
export const belongingTo = (wanted: WantedGroups): Prisma.DeviceWhereInput => ({
  AND: Object.entries(wanted).map(([purpose, { ids, idPaths }]) => ({
    groups: {
      some: {
        group: {
          purpose: purposeOf(purpose),
          ...(ids?.length && { id: { in: ids.map(BigInt) } }),
          ...(idPaths?.length && inPaths(idPaths)),
        },
      },
    },
  })),
});

type GroupFields =
  | 'groupID'
  | 'groupIDs'
  | 'groupIDPath'
  | 'groupIDPaths'
  | 'parentGroupID'
  | 'groupName'
  | 'groupPurpose'
  | 'notGroupID';

/** The part of a list of devices that is about groups. */
export const DEVICES_BY_GROUP: Pick<FilterTable<DeviceRequest, Prisma.DeviceWhereInput>, GroupFields> = {
  // Each asks for all of them: they are about one group.
  groupID: (_value, request) => inOneGroup(request),
  groupIDs: (_value, request) => inOneGroup(request),
  groupIDPath: (_value, request) => inOneGroup(request),
  groupIDPaths: (_value, request) => inOneGroup(request),
  parentGroupID: (_value, request) => inOneGroup(request),
  groupName: (_value, request) => inOneGroup(request),
  groupPurpose: (_value, request) => inOneGroup(request),
  notGroupID: (id) => ({ groups: { none: { groupID: BigInt(id) } } }),
};
