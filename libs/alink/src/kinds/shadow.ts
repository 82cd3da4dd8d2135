/**
 * The shadow of a device, which it writes and reads itself: `/shadow/update/{productKey}/{deviceName}`, answered on
 * `/shadow/get/..`, where it also hears what applications change. Source: Alibaba Cloud IoT documentation, "Device shadow".
 */
import type { JsonObject } from '@alink/thing-model';
import { shadowBody, type ShadowRequest } from '../bodies/shadow';
import { isRecord } from '../envelope';
import { harmless, isProblem, type Problem } from '../problem';
import type { Reply, ShadowRemoval } from '../questions';
import { failed } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route } from '../route';
import { isStorable } from '../storable';

/** Bytes of a shadow (documentation, "Limits"): what is larger by itself need not be asked for. */
const MAX_BYTES = 16 * 1024;

const wrong = (code: number, message: string, step: string): Problem => ({ code, message, step });

const EXAMPLE = '{"method":"update","state":{"reported":{"color":"red"}},"version":1}';

const noMethod = wrong(401, 'method is missing', `Say what is to be done, as in ${EXAMPLE}.`);
const noState = wrong(402, 'state is missing', `Put the attributes under "state", as in ${EXAMPLE}.`);
const noVersion = wrong(
  403,
  'version is no number',
  'Send "version" as a whole number up to 9007199254740991, greater than that of the shadow, or -1 to begin anew.',
);
const noReported = wrong(404, 'reported is missing', `Put the attributes under "reported", as in ${EXAMPLE}.`);
const emptyReported = wrong(405, 'reported is empty', 'Report at least one attribute.');
const notStored = wrong(
  400,
  'state holds what cannot be kept',
  'Send plain values: no U+0000, no broken surrogates, no endless nesting.',
);
const tooLarge = wrong(400, 'state is larger than 16 KB', 'Report less: a shadow has at most 16 KB.');
const notDesired = wrong(
  400,
  'desired can only be cleared by a device',
  'Send "desired":"null" when what was desired is done; what shall be, applications say.',
);

const badMethod = (method: string): Problem =>
  wrong(406, `unknown method ${harmless(method)}`, 'Send "method" as update, get or delete.');

/** The text `null` stands for nothing: the platform's JSON library drops the value null. */
const isNull = (value: unknown): boolean => value === null || value === 'null';

const removalOf = (attributes: Readonly<Record<string, unknown>>): ShadowRemoval =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, isRecord(value) ? removalOf(value) : null]),
  );

const isRemoval = (attributes: Readonly<Record<string, unknown>>): boolean =>
  Object.values(attributes).every((value) => (isRecord(value) ? isRemoval(value) : isNull(value)));

/** What a device has done with: all of it, or some attributes; it wishes for nothing itself. */
const readDone = (desired: unknown): ShadowRemoval | Problem => {
  if (isNull(desired)) return null;
  return isRecord(desired) && isRemoval(desired) ? removalOf(desired) : notDesired;
};

interface Stated {
  readonly state: Readonly<Record<string, unknown>>;
  readonly version: number;
}

const asked = (question: Asked['question']): Asked => ({ question, problems: [] });

const askUpdate = ({ state: { reported, desired }, version }: Stated): Asked | RequestResult => {
  const done = desired === undefined ? undefined : readDone(desired);
  if (isProblem(done)) return failed(done);
  const rest = { kind: 'shadow.update', version, ...(done !== undefined && { desired: done }) } as const;
  const hasNone = !isRecord(reported) || Object.keys(reported).length === 0;
  if (hasNone && done !== undefined) return asked(rest);
  if (!isRecord(reported)) return failed(noReported);
  return hasNone ? failed(emptyReported) : asked({ ...rest, reported: reported as JsonObject });
};

const readGone = (part: unknown): ShadowRemoval | undefined | Problem => {
  if (part === undefined || isNull(part)) return part === undefined ? undefined : null;
  if (!isRecord(part)) return noReported;
  return Object.keys(part).length === 0 ? emptyReported : removalOf(part);
};

const askDelete = ({ state, version }: Stated): Asked | RequestResult => {
  const reported = readGone(state.reported);
  const desired = readGone(state.desired);
  if (isProblem(reported)) return failed(reported);
  if (isProblem(desired)) return failed(desired);
  if (reported === undefined && desired === undefined) return failed(noReported);
  return asked({
    kind: 'shadow.delete',
    version,
    ...(reported !== undefined && { reported }),
    ...(desired !== undefined && { desired }),
  });
};

const changes: Readonly<Record<string, (stated: Stated) => Asked | RequestResult>> = {
  update: askUpdate,
  delete: askDelete,
};

const ask = ({ method, state, version }: ShadowRequest): Asked | RequestResult => {
  if (typeof method !== 'string' || method === '') return failed(noMethod);
  if (method === 'get') return asked({ kind: 'shadow.get' });
  const change = Object.hasOwn(changes, method) ? changes[method] : undefined;
  if (!change) return failed(badMethod(method));
  if (!isRecord(state)) return failed(noState);
  if (!Number.isSafeInteger(version)) return failed(noVersion);
  if (!isStorable(state)) return failed(notStored);
  if (Buffer.byteLength(JSON.stringify(state)) > MAX_BYTES) return failed(tooLarge);
  return change({ state, version: version as number });
};

const route: AskRoute<ShadowRequest> = {
  topic: {
    family: 'shadow',
    path: 'update',
    meaning: 'read and write the shadow',
    replyOn: { path: 'get', meaning: 'answers and changes of the shadow' },
  },
  body: shadowBody,
  answeredBy: 'dm',
  ask,
  told: (reply: Reply) => reply,
};

export const shadow: readonly Route[] = [route];
