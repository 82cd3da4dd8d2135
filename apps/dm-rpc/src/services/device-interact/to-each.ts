/** One command to many devices, with a result for each: one that cannot do it does not keep the others from it. */
import { setImmediate } from 'node:timers/promises';
import { Code } from '@alink/contract';
import { RpcError, type CallContext } from '@alink/rpc';
import { Turns } from '@alink/runtime';
import type { DmContext } from '../../context';
import { inGroups } from '../../domains/groups/group-filter';
import { deviceKey, type DeviceCore } from '../../device-core';
import { badParameter } from '../../wire/errors';
import { inArea, inAreaPath } from '../device-manage/device-filter';
import { requireDevice } from '../device-manage/device-record';
import { findTargets, type CommandTarget } from './command-target';

/** Devices of one call at most; each has its result in one message. */
export const MAX_DEVICES = 10_000;
/** Devices of all calls that are sent to or waited for at once. */
const AT_ONCE = 5000;
/** Devices that are begun with before others get their turn. */
const SLICE = 100;
/** Milliseconds for each device between the end of waiting and that of the call: where all are silent, all end at once. */
const ENDING_MS = 0.5;

/** The devices that a request of many means: some of one product, or any, and all of an area or a group. */
export interface ManyDevices {
  readonly productID: string;
  readonly deviceNames: readonly string[];
  readonly devices: readonly DeviceCore[];
  readonly areaID: string;
  readonly areaIDPath: string;
  readonly groupID: string;
}

/** What has become of the command to one device. */
export interface ForDevice<Answer> extends DeviceCore {
  readonly outcome: Answer | RpcError;
}

/** Each device once, in the order in which they were named. @throws {RpcError} 100006 for too many */
export const devicesOf = async ({ prisma }: Pick<DmContext, 'prisma'>, request: ManyDevices): Promise<DeviceCore[]> => {
  const { productID, deviceNames, devices, areaID, areaIDPath, groupID } = request;
  // As in unitedrhino, names of one product come before all else.
  const named = deviceNames.length > 0 ? deviceNames.map((deviceName) => ({ productID, deviceName })) : devices;
  const places = [
    ...(areaID === '0' ? [] : [inArea(areaID)]),
    ...(areaIDPath === '' ? [] : [inAreaPath(areaIDPath)]),
    ...(groupID === '0' ? [] : [inGroups([groupID])]),
  ];
  const found =
    deviceNames.length > 0 || places.length === 0
      ? []
      : await prisma.device.findMany({
          where: { OR: places },
          select: { productID: true, deviceName: true },
          orderBy: { id: 'asc' },
          take: MAX_DEVICES + 1,
        });
  const all = new Map(
    [...named, ...found].map(({ productID, deviceName }) => [
      deviceKey({ productID, deviceName }),
      { productID, deviceName },
    ]),
  );
  if (all.size > MAX_DEVICES) throw badParameter('devices', `are more than ${MAX_DEVICES}: send to them in parts`);
  return [...all.values()];
};

/** Whose names cannot be is looked for nowhere. */
const checked = (device: DeviceCore): DeviceCore | RpcError => {
  try {
    return requireDevice(device);
  } catch (error) {
    return RpcError.from(error);
  }
};

const turns = new Turns({ atOnce: AT_ONCE });

/**
 * Does it to each of them, thousands at once.
 * @param send what is done; it may take until the call's deadline, which leaves time for the results of all
 */
export const toEach = async <Answer>(
  context: Pick<DmContext, 'prisma' | 'models' | 'now'>,
  request: ManyDevices,
  call: CallContext,
  send: (target: CommandTarget, call: CallContext) => Promise<Answer>,
): Promise<ForDevice<Answer>[]> => {
  const devices = await devicesOf(context, request);
  const own = { ...call, deadlineMs: call.deadlineMs - devices.length * ENDING_MS };
  const names = devices.map(checked);
  const targets = await findTargets(
    context,
    names.filter((name): name is DeviceCore => !(name instanceof RpcError)),
  );

  const outcomeOf = async (target: CommandTarget | RpcError): Promise<Answer | RpcError> => {
    if (target instanceof RpcError) return target;
    return turns
      .take(() => {
        if (context.now() >= own.deadlineMs) throw new RpcError(Code.timeout, 'its turn did not come in time');
        return send(target, own);
      })
      .catch((error: unknown) => RpcError.from(error));
  };

  let at = 0;
  const outcomes: Promise<ForDevice<Answer>>[] = [];
  for (const [place, name] of names.entries()) {
    if (place > 0 && place % SLICE === 0) await setImmediate();
    const target = name instanceof RpcError ? name : targets[at++]!;
    outcomes.push(outcomeOf(target).then((outcome) => ({ ...devices[place]!, outcome })));
  }
  return Promise.all(outcomes);
};

/** `sysCode` and `sysMsg`: how the platform fared with the device. */
export const fateOf = (outcome: unknown): { readonly sysCode: number; readonly sysMsg: string } =>
  outcome instanceof RpcError
    ? { sysCode: outcome.code, sysMsg: outcome.message }
    : { sysCode: Code.ok, sysMsg: 'success' };
