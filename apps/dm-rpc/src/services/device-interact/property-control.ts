/** Sets properties of a device. */
import { Code, ShadowControl, valuesOf, type JsonObject, type services } from '@alink/contract';
import { RpcError, type CallContext, type Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DesiredPush } from '../../domains/desired/push';
import { setValues } from '../../domains/desired/store';
import { badParameter } from '../../wire/errors';
import { jsonObject, requireText } from '../../wire/fields';
import type { RequestOf } from '../../wire/messages';
import { requireLockedDevice } from '../lock-device';
import { deviceProfileHandlers, requireProfile } from '../device-manage/device-profile';
import { successOf } from './answer-of';
import type { Command, CommandSender } from './command-sender';
import { findTarget, propertyOf, refuseRejected, timeoutOf, type CommandTarget } from './command-target';
import { takeForKnown } from './known-values';
import { readResult } from './read-result';
import { closeCommand, openCommand } from './send-log';
import { withWholeArrays } from './whole-arrays';

type Methods = Pick<Handlers<typeof services.deviceInteract>, 'propertyControlSend' | 'propertyControlRead'>;
type Request = RequestOf<typeof services.deviceInteract, 'propertyControlSend'>;

const WAYS = valuesOf(ShadowControl);
/** The ways that change only what the platform knows. */
const KNOWN_ONLY: readonly number[] = [ShadowControl.knownOnly, ShadowControl.knownAndLogged, ShadowControl.latestOnly];

/** Characters of the values in a command at most; more than NATS carries in one message. */
const MAX_DATA = 1024 * 1024;

/** An asynchronous command waits so long in the background before it counts as timed out. */
const BACKGROUND_TIMEOUT_MS = 60_000;

const done = (msg: string, msgToken = '') => ({ code: Code.ok, msg, msgToken });

const entriesOf = (params: JsonObject) =>
  Object.entries(params).map(([dataID, value]) => ({ dataID, content: JSON.stringify(value) }));

/** Whether the thing model lets all of these values wait for a device that is offline. */
const mayWait = (target: CommandTarget, params: JsonObject): boolean =>
  Object.keys(params).every((name) => propertyOf(target, name)?.useShadow);

export const propertyControlHandlers = (
  context: DmContext,
  sender: CommandSender,
  desiredPush: DesiredPush,
): Methods => {
  const { prisma, now } = context;
  const { deviceProfileUpdate } = deviceProfileHandlers(context);

  const keep = async ({ device }: CommandTarget, params: JsonObject) => {
    await prisma.$transaction(async (tx) => {
      await setValues(tx, await requireLockedDevice(tx, device), params, now());
    });
    return done('kept until the device comes online');
  };

  /** It may have come online while they were written: nobody sees what a device waits for that is online already. */
  const keepForOffline = async (target: CommandTarget, params: JsonObject, { user }: CallContext) => {
    const kept = await keep(target, params);
    await desiredPush.sendIfOnline(target.device, { identifiers: Object.keys(params), user });
    return kept;
  };

  const takeWithoutDevice = async (target: CommandTarget, params: JsonObject, way: number, call: CallContext) => {
    if (way === ShadowControl.knownAndLogged) {
      const { device } = target;
      const command = { deviceID: device.id, action: 'propertyControlSend', entries: entriesOf(params) } as const;
      const msgToken = await openCommand(prisma, { ...command, user: call.user }, now());
      await closeCommand(prisma, device.id, msgToken, { code: Code.ok, msg: '', output: '' }, now());
    }
    const operatorUserID = String(call.user?.UserID ?? '');
    await takeForKnown(context, target, { params, inHistory: way !== ShadowControl.latestOnly, operatorUserID });
    return done('changed here alone, the device was not asked');
  };

  const send = async (target: CommandTarget, params: JsonObject, request: Request, call: CallContext) => {
    const { device } = target;
    const { isAsync, syncTimeout, shadowControl } = request;
    const about = { device, action: 'propertyControlSend', entries: entriesOf(params) } as const;
    if (isAsync && !device.isOnline) throw await sender.offline(about);
    const command: Command = {
      ...about,
      user: call.user,
      isLogged: Number(shadowControl) !== ShadowControl.sendUnlogged,
      body: {
        kind: 'thing',
        type: 'property',
        message: { method: 'control', params: await withWholeArrays(context, target, params) },
      },
      timeoutMs: isAsync ? BACKGROUND_TIMEOUT_MS : timeoutOf(syncTimeout, call, now()),
    };
    const { msgToken, answer } = await sender.send(command);
    // Where nobody waits, how it ends stands in its record.
    if (isAsync) return done('', msgToken);
    const { code, msg } = successOf(await answer);
    return { code, msg, msgToken };
  };

  const carryOut = async (target: CommandTarget, params: JsonObject, request: Request, call: CallContext) => {
    const way = Number(request.shadowControl);
    if (KNOWN_ONLY.includes(way)) return takeWithoutDevice(target, params, way, call);
    if (way === ShadowControl.keepOnly) return keep(target, params);
    const waits = way === ShadowControl.auto && mayWait(target, params);
    if (waits && !target.device.isOnline) return keepForOffline(target, params, call);
    try {
      return await send(target, params, request, call);
    } catch (error) {
      const isOffline = error instanceof RpcError && error.code === Code.deviceOffline;
      if (!waits || !isOffline) throw error;
      return keepForOffline(target, params, call);
    }
  };

  return {
    /** Once it is done, the profile that came along is kept with the device. */
    async propertyControlSend(request, call) {
      const way = Number(request.shadowControl);
      if (!WAYS.includes(way)) throw badParameter('shadowControl', `must be one of ${WAYS.join(', ')}`);
      const target = await findTarget(context, request);
      const data = jsonObject('data', requireText('data', request.data, MAX_DATA));
      if (Object.keys(data).length === 0) return done('names no property, nothing was sent');
      const { accepted, rejected } = target.model.checkSettings(data);
      refuseRejected('data', rejected);
      const profile = request.withProfile?.code ? requireProfile(request.withProfile) : undefined;
      const answer = await carryOut(target, accepted as JsonObject, request, call);
      if (profile) await deviceProfileUpdate({ device: target.device, ...profile }, call);
      return answer;
    },

    async propertyControlRead(request) {
      const { code, msg } = await readResult(context, request, 'propertyControlSend');
      return { code, msg, msgToken: request.msgToken };
    },
  };
};
