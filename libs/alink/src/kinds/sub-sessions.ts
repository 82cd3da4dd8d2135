/**
 * Sub-devices that come and go over the connection of their gateway device. Source: Alibaba Cloud IoT documentation,
 * "Sub-device sessions", "Error codes for devices".
 */
import type { JsonObject } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import type { Body } from '../bodies/body';
import { readSignature } from '../device-proofs';
import { isRecord } from '../envelope';
import { known, namesIn, readDevices, readProvenDevices } from '../named-devices';
import { harmless, isProblem, type Problem } from '../problem';
import type { Question } from '../questions';
import { failed } from '../request-result';
import type { AskRoute, Route } from '../route';

/** Sub-devices in one login or logout (documentation, "Sub-device sessions"; five in 2020). */
const MAX_AT_ONCE = 50;

/** A request, with the list of its devices: one device stands by itself, or several below `deviceList` or without a name. */
interface Listed {
  readonly list: unknown;
  readonly name: string;
  /** What stands beside the list. */
  readonly beside: Readonly<Record<string, unknown>>;
  /** Whether it is a list in the message too. An edition of 2020 has lists on the topics for one device. */
  readonly isBatch: boolean;
}

const listedIn = (params: unknown): Listed => {
  if (Array.isArray(params)) return { list: params, name: 'params', beside: {}, isBatch: true };
  if (isRecord(params) && 'deviceList' in params) {
    return { list: params.deviceList, name: 'deviceList', beside: params, isBatch: true };
  }
  return { list: [params], name: 'params', beside: {}, isBatch: false };
};

const readLogins = ({ list, name, beside }: Listed): Question | Problem => {
  const form = { name, max: MAX_AT_ONCE, check: known(6100) };
  const devices = readProvenDevices(list, form, (item, place) => readSignature(item, place, beside));
  return isProblem(devices) ? devices : { kind: 'subSession.login', devices };
};

const readLogouts = ({ list, name }: Listed): Question | Problem => {
  const devices = readDevices(list, { name, max: MAX_AT_ONCE, check: known(520) });
  return isProblem(devices) ? devices : { kind: 'subSession.logout', devices };
};

/** A name that may stand in a reply, else none. */
const nameIn = (params: unknown, member: string): string => {
  const name = isRecord(params) ? params[member] : undefined;
  return typeof name === 'string' && name === harmless(name) ? name : '';
};

/** The C SDK 3.x reads no reply whose data do not name the sub-device. */
const nameOf = (params: unknown): JsonObject => ({
  productKey: nameIn(params, 'productKey'),
  deviceName: nameIn(params, 'deviceName'),
});

/** Methods of this family are without the level before it (`combine.login`, C SDK 3.x). */
const shortened = (method: string): string => method.replace('session.', '');

/** @param unnamed data of a reply that knows of no device */
const combine = (unnamed: JsonObject | []): Body<unknown> => ({
  ...alink,
  read: (payload, { method }) => alink.read(payload, { method: shortened(method) }),
  write: (reply, idToken, methodToken, now) =>
    alink.write!({ ...reply, data: reply.data ?? unnamed }, idToken, shortened(methodToken), now),
});

const session = (
  name: string,
  meaning: string,
  isBatchTopic: boolean,
  read: (listed: Listed) => Question | Problem,
): AskRoute => {
  const isBatch = (listed: Listed): boolean => isBatchTopic || listed.isBatch;
  return {
    topic: { family: 'ext', path: `session/combine/${name}`, meaning: `gateway: ${meaning}`, replyOn: '_reply' },
    body: combine(isBatchTopic ? [] : nameOf(undefined)),
    answeredBy: 'node',
    ask: (params) => {
      const listed = listedIn(params);
      const question = read(listed);
      if (!isProblem(question)) return { question, problems: [] };
      return { ...failed(question), data: isBatch(listed) ? [] : nameOf(params) };
    },
    told: ({ code, message, data }, params) => {
      const listed = listedIn(params);
      if (!isBatch(listed)) return { code, message, data: nameOf(params) };
      const refused = code !== 200 && Array.isArray(data);
      return { code, message, data: namesIn(refused ? data : listed.list) };
    },
  };
};

export const subSessions: readonly Route[] = [
  session('login', 'log a sub-device in', false, readLogins),
  session('logout', 'log a sub-device out', false, readLogouts),
  session('batch_login', 'log sub-devices in', true, readLogins),
  session('batch_logout', 'log sub-devices out', true, readLogouts),
  {
    topic: {
      family: 'ext',
      path: 'error',
      meaning: 'gateway: why the session of a sub-device has ended, or is missing',
    },
    down: 'bytes',
  },
];
