/** What is made of many values of several properties: of each span of time, or of the latest values of many devices. */
import type { services } from '@alink/contract';
import { Prisma } from '@alink/db';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { badParameter } from '../../wire/errors';
import { plainValue } from '../../wire/plain-value';
import { requireDevice } from '../device-manage/device-record';
import { functionOf, isOfSameType } from './aggregate-functions';
import { placeOf, type DataPlace } from './data-place';
import { scopeOf, type DataScope, type ScopeRequest } from './data-scope';
import { partitionsOf, type Partition, type PartitionField } from './partitions';
import { partitionColumns, valuesOfSpans, type MadeValues } from './property-aggregate';
import { historyOf, latestOf } from './property-history';
import { refuseFill } from './property-log';
import { spanOf } from './time-span';

type Methods = Pick<
  Handlers<typeof services.deviceMsg>,
  'propertyLogAggIndex' | 'propertyLogAggByDeviceIndex' | 'propertyLatestAggIndex'
>;

/** Properties of one request at most: a question to the database for each. */
const MAX_AGGS = 50;
const DESCENDING = 2;

interface Agg {
  readonly dataID: string;
  readonly argFuncs: readonly string[];
}

/** Values of one property, as they are told. */
interface Told<Detail> {
  readonly of: Readonly<Record<PartitionField, string>>;
  readonly detail: Detail;
}

/** @throws {RpcError} 100006 for none, or too many */
const requireAggs = <A extends Agg>(aggs: readonly A[]): readonly A[] => {
  if (aggs.length === 0 || aggs.length > MAX_AGGS) throw badParameter('aggs', `must be 1 to ${MAX_AGGS}`);
  for (const [at, { argFuncs }] of aggs.entries()) {
    if (argFuncs.length === 0) throw badParameter(`aggs[${at}].argFuncs`, 'must name a function');
  }
  return aggs;
};

const placeIn = ({ model }: DataScope, { dataID }: Agg, at: number): DataPlace =>
  placeOf(model, dataID, `aggs[${at}].dataID`);

/** The functions of an agg, each once. */
const functionsOf = ({ argFuncs }: Agg, at: number, place: DataPlace) =>
  [...new Set(argFuncs)].map((name) => ({ name, ...functionOf(name, place, `aggs[${at}].argFuncs`) }));

/** What is of the same part together, in the order in which the parts come. */
const byPart = <Detail>(all: readonly Told<Detail>[]) => {
  const parts = new Map<string, { of: Told<Detail>['of']; values: Detail[] }>();
  for (const { of, detail } of all) {
    const key = JSON.stringify(of);
    const known = parts.get(key);
    if (known) known.values.push(detail);
    else parts.set(key, { of, values: [detail] });
  }
  return [...parts.values()].map(({ of, values }) => ({ ...of, values }));
};

/** A value that was said has the type of its property; one that was reckoned is a number. */
const told = (json: string, name: string, { type }: DataPlace): string =>
  plainValue(json, isOfSameType(name) ? type : undefined);

/** What was made of a property, by the names of the functions. */
const byFunction = <T>(
  { values }: MadeValues,
  functions: readonly { readonly name: string }[],
  tell: (value: string, name: string, moment: bigint | undefined) => T,
): Record<string, T> =>
  Object.fromEntries(
    values.flatMap((made, at) => {
      const { name } = functions[at]!;
      return made ? [[name, tell(made.value, name, made.moment)]] : [];
    }),
  );

interface LogRequest {
  readonly timeStart: string;
  readonly timeEnd: string;
  readonly interval: string;
  readonly intervalUnit: string;
  readonly order: string;
}

export const propertyLogAggHandlers = (context: DmContext): Methods => {
  const { prisma } = context;

  const ofLog = async (
    scope: DataScope,
    agg: Agg & { readonly fill: string; readonly noFirstTs: boolean },
    at: number,
    request: LogRequest,
    partitions: readonly Partition[],
  ) => {
    refuseFill(agg.fill, `aggs[${at}].fill`);
    const place = placeIn(scope, agg, at);
    const functions = functionsOf(agg, at, place);
    const { timeStart, timeEnd } = request;
    const columns = partitionColumns(partitions);
    const history = historyOf({ devices: scope.devices, place, columns, timeStart, timeEnd });
    const direction = Number(request.order) === DESCENDING ? Prisma.sql`DESC` : Prisma.sql`ASC`;
    const aggregate = { functions, span: spanOf(request), partitions };
    const all = await valuesOfSpans(prisma, history, aggregate, direction);
    return all.map((made) => ({
      of: made.of,
      detail: {
        dataID: place.dataID,
        dataName: place.dataName,
        timeWindow: made.span.toString(),
        values: byFunction(made, functions, (value, name, moment = 0n) => ({
          timestamp: agg.noFirstTs ? '0' : moment.toString(),
          value: told(value, name, place),
        })),
      },
    }));
  };

  return {
    async propertyLogAggIndex(request) {
      const aggs = requireAggs(request.aggs);
      const partitions = partitionsOf(request);
      const scope = await scopeOf(context, request);
      const all = [];
      for (const [at, agg] of aggs.entries()) all.push(...(await ofLog(scope, agg, at, request, partitions)));
      const { productID } = request;
      return { list: byPart(all).map((part) => ({ productID, ...part })) };
    },

    /** An entry for each of the aggs, also of two of one device. */
    async propertyLogAggByDeviceIndex(request) {
      const aggs = requireAggs(request.aggs);
      const partitions = partitionsOf(request);
      const list = [];
      for (const [at, agg] of aggs.entries()) {
        const device = requireDevice(agg.device, `aggs[${at}].device.`);
        const scope = await scopeOf(context, { ...NO_PLACE, ...device });
        const all = await ofLog(scope, agg, at, request, partitions);
        list.push(...byPart(all).map((part) => ({ ...part, ...device })));
      }
      return { list };
    },

    async propertyLatestAggIndex(request) {
      const aggs = requireAggs(request.aggs);
      const partitions = partitionsOf(request);
      const columns = partitionColumns(partitions);
      const scope = await scopeOf(context, request);
      const all = [];
      for (const [at, agg] of aggs.entries()) {
        const place = placeIn(scope, agg, at);
        const functions = functionsOf(agg, at, place);
        const latest = latestOf({ devices: scope.devices, place, columns });
        const rows = await valuesOfSpans(prisma, latest, { functions, span: undefined, partitions }, Prisma.sql`ASC`);
        for (const made of rows) {
          const values = byFunction(made, functions, (value, name) => told(value, name, place));
          all.push({ of: made.of, detail: { dataID: place.dataID, dataName: place.dataName, values } });
        }
      }
      const { productID } = request;
      return { list: byPart(all).map((part) => ({ productID, ...part })) };
    },
  };
};

/** A device by its names alone. */
const NO_PLACE: Omit<ScopeRequest, 'productID' | 'deviceName'> = {
  productCategoryID: '0',
  deviceNames: [],
  areaID: '0',
  areaIDPath: '',
  areaIDs: [],
  projectID: '0',
  tenantCode: '',
  BelongGroup: {},
};
