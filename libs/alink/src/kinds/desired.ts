/**
 * Values that a property shall have, which a device fetches and deletes once it has taken them over:
 * `thing/property/desired/{get,delete}`. Source: Alibaba Cloud IoT documentation, "Desired device property values".
 */
import { ModelCode, type CompiledModel } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { harmless, rejectionProblem, wrongParameter, type Problem } from '../problem';
import { isUsableIdentifier } from '../property-values';
import type { DesiredDeletion, Reply } from '../questions';
import { failed, paramsNoObject } from '../request-result';
import type { Asked, AskRoute, RequestResult, Route, UplinkContext } from '../route';

/** Names in one request (documentation, "Limits"). */
const MAX_NAMES = 200;

const tooMany: Problem = {
  code: 6104,
  message: `more than ${MAX_NAMES} properties`,
  step: `Name at most ${MAX_NAMES} properties in one message.`,
};

const noNames = wrongParameter('params is empty', 'Name at least one property under "params".');
const noList = wrongParameter(
  'params is no list',
  'Send a list of identifiers under "params", as in "params":["Power"].',
);
const noName = wrongParameter(
  'an item of params is no identifier',
  'Name properties by the identifiers of the thing model.',
);

const badVersion = (name: string): Problem =>
  wrongParameter(
    `version of ${harmless(name)} is no version`,
    'Send "version" as it was told with the value, or leave it out to delete any.',
  );

const unknownProperty = (name: string): Problem =>
  rejectionProblem({
    identifier: name,
    code: ModelCode.propertyUnknown,
    message: `tsl parse: params not exist -> ${harmless(name)}`,
    value: undefined,
  });

const isKnown = (name: string, model: CompiledModel): boolean =>
  model.validation === 'none' || model.property(name) !== undefined;

/** What the thing model does not have, nobody can have set: it is left out, like everything that is not set. */
const askGet = (params: unknown, { model }: UplinkContext): Asked | RequestResult => {
  if (!Array.isArray(params)) return failed(noList);
  if (params.length === 0) return failed(noNames);
  if (params.length > MAX_NAMES) return failed(tooMany);
  const given = [...new Set<unknown>(params)];
  const names = given.filter((name) => typeof name === 'string').filter(isUsableIdentifier);
  if (names.length < given.length) return failed(noName);
  const known = names.filter((name) => isKnown(name, model));
  if (known.length === 0) return { code: 200, problems: [] };
  return { question: { kind: 'desired.get', names: known }, problems: [] };
};

/** Firmware that keeps versions as text sends them so. */
const readVersion = (version: unknown): unknown =>
  typeof version === 'string' && /^\d{1,15}$/.test(version) ? Number(version) : version;

const readDeletion = (name: string, given: unknown, model: CompiledModel): DesiredDeletion | Problem => {
  if (!isUsableIdentifier(name)) return noName;
  if (!isKnown(name, model)) return unknownProperty(name);
  const version = isRecord(given) ? readVersion(given.version) : undefined;
  if (version === undefined || version === null) return { name };
  return Number.isSafeInteger(version) ? { name, version: version as number } : badVersion(name);
};

/** Taken whole or not at all. */
const askDelete = (params: unknown, { model }: UplinkContext): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const given = Object.entries(params);
  if (given.length === 0) return failed(noNames);
  if (given.length > MAX_NAMES) return failed(tooMany);
  const deletions: DesiredDeletion[] = [];
  for (const [name, version] of given) {
    const deletion = readDeletion(name, version, model);
    if ('step' in deletion) return failed(deletion);
    deletions.push(deletion);
  }
  return { question: { kind: 'desired.delete', deletions }, problems: [] };
};

const toldDeletion = ({ code, message }: Reply): Reply => ({ code, message });

const asked = (path: string, meaning: string, handlers: Pick<AskRoute, 'ask' | 'told'>): AskRoute => ({
  topic: { family: 'sys', path, meaning, replyOn: '_reply' },
  body: alink,
  answeredBy: 'dm',
  ...handlers,
});

export const desired: readonly Route[] = [
  asked('thing/property/desired/get', 'fetch desired values', { ask: askGet, told: (reply) => reply }),
  asked('thing/property/desired/delete', 'clear desired values', { ask: askDelete, told: toldDeletion }),
];
