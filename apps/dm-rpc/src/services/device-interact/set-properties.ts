/** Sets properties of a device, whichever way its caller wants: sends them, has them wait, or takes them for known. */
import { Code, ShadowControl, valuesOf, type JsonObject } from '@alink/contract';
import { RpcError, type CallContext } from '@alink/rpc';
import { Turns } from '@alink/runtime';
import type { DmContext } from '../../context';
import type { DesiredPush } from '../../domains/desired/push';
import { setValues } from '../../domains/desired/store';
import { badParameter } from '../../wire/errors';
import { jsonObject, requireText } from '../../wire/fields';
import { requireLockedDevice } from '../lock-device';
import { successOf } from './answer-of';
import type { Command, CommandSender } from './command-sender';
import { propertyOf, refuseRejected, timeoutOf, type CommandTarget } from './command-target';
import { takeForKnown } from './known-values';
import { closeCommand, openCommand } from './send-log';
import { withWholeArrays } from './whole-arrays';

const WAYS = valuesOf(ShadowControl);
/** The ways that change only what the platform knows. */
const KNOWN_ONLY: readonly number[] = [ShadowControl.knownOnly, ShadowControl.knownAndLogged, ShadowControl.latestOnly];

/** Characters of the values in a command at most; more than NATS carries in one message. */
const MAX_DATA = 1024 * 1024;

/** Devices for which the database is asked at once: of thousands, each would wait for its connection too long. */
const DATABASE_AT_ONCE = 5;

/** An asynchronous command waits so long in the background before it counts as timed out. */
const BACKGROUND_TIMEOUT_MS = 60_000;

const done = (msg: string, msgToken = ''): SettingAnswer => ({ code: Code.ok, msg, msgToken });

const entriesOf = (params: JsonObject) =>
  Object.entries(params).map(([dataID, value]) => ({ dataID, content: JSON.stringify(value) }));

/** Whether the thing model lets all of these values wait for a device that is offline. */
const mayWait = (target: CommandTarget, params: JsonObject): boolean =>
  Object.keys(params).every((name) => propertyOf(target, name)?.useShadow);

/** What is to be set, as a request has it. */
interface SettingRequest {
  /** JSON object of values. */
  readonly data: string;
  /** A way of ShadowControl. */
  readonly shadowControl: string;
  readonly isAsync: boolean;
  /** Seconds, 0 for the usual time. */
  readonly syncTimeout: string;
}

/** What is to be set on one device, or alike on many. */
export interface Settings {
  readonly values: Readonly<Record<string, unknown>>;
  /** Of ShadowControl. */
  readonly way: number;
  readonly isAsync: boolean;
  readonly syncTimeout: string;
}

/** @throws {RpcError} 100006 for what is wrong whatever the device */
export const settingsOf = ({ data, shadowControl, isAsync, syncTimeout }: SettingRequest): Settings => {
  const way = Number(shadowControl);
  if (!WAYS.includes(way)) throw badParameter('shadowControl', `must be one of ${WAYS.join(', ')}`);
  return { values: jsonObject('data', requireText('data', data, MAX_DATA)), way, isAsync, syncTimeout };
};

export interface SettingAnswer {
  readonly code: number;
  readonly msg: string;
  readonly msgToken: string;
}

export type SetProperties = (target: CommandTarget, settings: Settings, call: CallContext) => Promise<SettingAnswer>;

/**
 * @returns what sets them, and throws RpcError: 100006 for values that the thing model refuses, 2000002 to 2000004 for what
 *   became of them
 */
export const propertySetter = (context: DmContext, sender: CommandSender, desiredPush: DesiredPush): SetProperties => {
  const { prisma, now } = context;
  const database = new Turns({ atOnce: DATABASE_AT_ONCE });

  const keep = async ({ device }: CommandTarget, params: JsonObject) => {
    await database.take(() =>
      prisma.$transaction(async (tx) => {
        await setValues(tx, await requireLockedDevice(tx, device), params, now());
      }),
    );
    return done('kept until the device comes online');
  };

  /** It may have come online while they were written: nobody looks then for what waits. */
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
      await closeCommand(prisma, { deviceID: device.id, msgToken, code: Code.ok, msg: '', output: '' }, now());
    }
    const operatorUserID = String(call.user?.UserID ?? '');
    await takeForKnown(context, target, { params, inHistory: way !== ShadowControl.latestOnly, operatorUserID });
    return done('changed here alone, the device was not asked');
  };

  const send = async (target: CommandTarget, params: JsonObject, settings: Settings, call: CallContext) => {
    const { device } = target;
    const { isAsync, syncTimeout, way } = settings;
    const about = { device, action: 'propertyControlSend', entries: entriesOf(params) } as const;
    if (isAsync && !device.isOnline) throw await sender.offline(about);
    const command: Command = {
      ...about,
      user: call.user,
      isLogged: way !== ShadowControl.sendUnlogged,
      body: {
        kind: 'thing',
        type: 'property',
        message: { method: 'control', params: await database.take(() => withWholeArrays(context, target, params)) },
      },
      timeoutMs: isAsync ? BACKGROUND_TIMEOUT_MS : timeoutOf(syncTimeout, call, now()),
    };
    const { msgToken, answer } = await sender.send(command);
    // Where nobody waits, how it ends stands in its record.
    if (isAsync) return done('', msgToken);
    const { code, msg } = successOf(await answer);
    return { code, msg, msgToken };
  };

  const carryOut = async (target: CommandTarget, params: JsonObject, settings: Settings, call: CallContext) => {
    const { way } = settings;
    if (KNOWN_ONLY.includes(way)) return database.take(() => takeWithoutDevice(target, params, way, call));
    if (way === ShadowControl.keepOnly) return keep(target, params);
    const waits = way === ShadowControl.auto && mayWait(target, params);
    if (waits && !target.device.isOnline) return keepForOffline(target, params, call);
    try {
      return await send(target, params, settings, call);
    } catch (error) {
      const isOffline = error instanceof RpcError && error.code === Code.deviceOffline;
      if (!waits || !isOffline) throw error;
      return keepForOffline(target, params, call);
    }
  };

  return async (target, settings, call) => {
    if (Object.keys(settings.values).length === 0) return done('names no property, nothing was sent');
    const { accepted, rejected } = target.model.checkSettings(settings.values);
    refuseRejected('data', rejected);
    return carryOut(target, accepted as JsonObject, settings, call);
  };
};
