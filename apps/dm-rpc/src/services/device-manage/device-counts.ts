/** How many devices there are: in which state, of which type, of an area or a group. */
import { DeviceType, type services } from '@alink/contract';
import type { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { inGroups } from '../../domains/groups/group-filter';
import { badParameter, notFound } from '../../wire/errors';
import { choice } from '../../wire/fields';
import { conditionsOf } from '../../wire/filters';
import { DEVICE_DEFAULTS, ROOT_AREA } from './device-defaults';
import { byStatus, DEVICE_COUNT_FILTERS, inArea, inBranch, notInArea } from './device-filter';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceInfoCount' | 'deviceTypeCount' | 'deviceCount'>;
type Where = Prisma.DeviceWhereInput;

/** `DeviceCountReq.rangeType`. */
const Range = { all: 0, area: 1, group: 2 } as const;
/** Areas or groups of one request at most: some questions to the database for each. */
const MAX_RANGES = 200;

export const deviceCountHandlers = ({ prisma }: Pick<DmContext, 'prisma'>): Methods => {
  const countOf = (...conditions: Where[]): Promise<number> => prisma.device.count({ where: { AND: conditions } });
  const ofType = (type: number): Where => ({ product: { deviceType: type } });

  const statuses = async (conditions: readonly Where[]) => {
    const [online, offline, inactive] = await Promise.all([
      countOf(...conditions, byStatus.online),
      countOf(...conditions, byStatus.offline),
      countOf(...conditions, byStatus.inactive),
    ]);
    return { online, offline, inactive, total: online + offline + inactive };
  };

  const types = async (conditions: readonly Where[]) => {
    const [all, device, gateway, subset] = await Promise.all([
      countOf(...conditions),
      countOf(...conditions, ofType(DeviceType.device)),
      countOf(...conditions, ofType(DeviceType.gateway)),
      countOf(...conditions, ofType(DeviceType.subDevice)),
    ]);
    return { device, gateway, subset, unknown: all - device - gateway - subset };
  };

  /** @throws {RpcError} 100009 for a group that has no device, as in unitedrhino */
  const rangeOf = async (type: number, id: string): Promise<Where> => {
    if (type === Range.all) return {};
    if (type === Range.group) {
      const where = inGroups([id]);
      if (!(await prisma.device.findFirst({ where, select: { id: true } }))) throw notFound(`a device of group ${id}`);
      return where;
    }
    if (id === ROOT_AREA) return notInArea(DEVICE_DEFAULTS.areaID);
    return id === DEVICE_DEFAULTS.areaID ? inArea(id) : inBranch(id);
  };

  /** Members of `count` by what is to be counted; of anything else nothing is counted, as in unitedrhino. */
  const counters: Readonly<Record<string, (range: Where) => Promise<Record<string, number>>>> = {
    status: async (range) => {
      const { total, online } = await statuses([range]);
      // As there, a device that has never been online counts as offline.
      return { total, online, offline: total - online };
    },
    type: async (range) => {
      const { device, gateway, subset, unknown } = await types([range]);
      return { typeDevice: device, typeGateWay: gateway, typeSubSet: subset, typeUnknown: unknown };
    },
  };

  return {
    async deviceInfoCount(request) {
      return { ...(await statuses(await conditionsOf(DEVICE_COUNT_FILTERS, request))), unknown: 0 };
    },

    async deviceTypeCount(request) {
      return types(await conditionsOf(DEVICE_COUNT_FILTERS, request));
    },

    /** An entry for each range; an area is counted with those below it. */
    async deviceCount({ countTypes, rangeType, rangeIDs }) {
      const type = choice('rangeType', rangeType, Object.values(Range), Range.all);
      if (rangeIDs.length > MAX_RANGES) throw badParameter('rangeIDs', `must be at most ${MAX_RANGES}`);
      const wanted = [...new Set(countTypes)].filter((name) => Object.hasOwn(counters, name));
      const list = [];
      for (const rangeID of rangeIDs) {
        const range = await rangeOf(type, rangeID);
        const counts = await Promise.all(wanted.map((name) => counters[name]!(range)));
        list.push({ rangeID, count: Object.assign({}, ...counts) as Record<string, number> });
      }
      return { list };
    },
  };
};
