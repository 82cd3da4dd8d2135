/** What a change makes of a shadow: pure, so that it can be held against a document whose row is locked. */
import type { ShadowDocument, ShadowRemoval } from '@alink/alink';
import type { Json, JsonObject } from '@alink/contract';
import { isObject } from '../../wire/shape';

/** One part of a shadow, with the unix seconds of its latest change in place of each value. */
export interface Part {
  readonly values: JsonObject;
  readonly times: JsonObject;
}

export interface Shadow {
  readonly version: number;
  readonly reported: Part;
  readonly desired: Part;
}

export interface Change {
  /** Greater than that of the shadow; -1 begins anew with 0; absent: the next one. */
  readonly version?: number;
  readonly reported?: PartChange;
  readonly desired?: PartChange;
}

/** What goes, and then what is set. */
export interface PartChange {
  readonly removed?: ShadowRemoval;
  readonly set?: JsonObject;
}

/** Why a change is not made, as a code of the shadow. */
export interface Refusal {
  readonly code: 400 | 408 | 409;
  readonly message: string;
}

/** Alibaba Cloud IoT documentation, "Limits". */
const MAX_ATTRIBUTES = 128;
const MAX_DEPTH = 5;
const MAX_BYTES = 16 * 1024;
/** Begins the document anew. */
const ANEW = -1;

const NOTHING: Part = { values: {}, times: {} };
export const EMPTY: Shadow = { version: 0, reported: NOTHING, desired: NOTHING };

const isGroup = (value: Json | undefined): value is JsonObject => isObject(value);

const ownOf = (group: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(group, name) ? group[name] : undefined;

const groupOf = (group: JsonObject, name: string): JsonObject => {
  const own = ownOf(group, name);
  return isGroup(own) ? own : {};
};

/** The times of a value that has just been set. */
const timesOf = (value: Json, timestamp: number): Json =>
  isGroup(value) && Object.keys(value).length > 0
    ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, timesOf(member, timestamp)]))
    : { timestamp };

/** Groups of attributes are merged; everything else, lists too, takes the place of what was there. */
const merged = ({ values, times }: Part, set: JsonObject, timestamp: number): Part => {
  const nextValues: Record<string, Json> = { ...values };
  const nextTimes: Record<string, Json> = { ...times };
  for (const [name, value] of Object.entries(set)) {
    const before = ownOf(values, name);
    if (isGroup(value) && isGroup(before)) {
      const inner = merged({ values: before, times: groupOf(times, name) }, value, timestamp);
      nextValues[name] = inner.values;
      nextTimes[name] = inner.times;
    } else {
      nextValues[name] = value;
      nextTimes[name] = timesOf(value, timestamp);
    }
  }
  return { values: nextValues, times: nextTimes };
};

/** A group of which nothing is left goes too. */
const without = ({ values, times }: Part, removed: ShadowRemoval): Part => {
  if (removed === null) return NOTHING;
  const nextValues: Record<string, Json> = { ...values };
  const nextTimes: Record<string, Json> = { ...times };
  for (const [name, deeper] of Object.entries(removed)) {
    const before = ownOf(values, name);
    const inner =
      deeper !== null && isGroup(before) ? without({ values: before, times: groupOf(times, name) }, deeper) : NOTHING;
    if (Object.keys(inner.values).length > 0) {
      nextValues[name] = inner.values;
      nextTimes[name] = inner.times;
    } else {
      delete nextValues[name];
      delete nextTimes[name];
    }
  }
  return { values: nextValues, times: nextTimes };
};

const changed = (part: Part, { removed, set }: PartChange = {}, timestamp: number): Part => {
  const rest = removed === undefined ? part : without(part, removed);
  return set ? merged(rest, set, timestamp) : rest;
};

const countOf = (group: JsonObject): number =>
  Object.values(group).reduce<number>((sum, value) => sum + (isGroup(value) ? Math.max(countOf(value), 1) : 1), 0);

/** Levels of attributes inside each other; a list is a value, whatever is in it. */
const depthOf = (group: JsonObject): number =>
  Object.values(group).reduce<number>((most, value) => Math.max(most, isGroup(value) ? 1 + depthOf(value) : 1), 0);

const faultIn = (name: 'reported' | 'desired', { values }: Part): Refusal | undefined => {
  if (depthOf(values) > MAX_DEPTH) return { code: 400, message: `${name} has more than ${MAX_DEPTH} levels` };
  if (countOf(values) > MAX_ATTRIBUTES) {
    return { code: 408, message: `${name} has more than ${MAX_ATTRIBUTES} attributes` };
  }
  return undefined;
};

const tooLarge = ({ reported, desired }: Shadow): Refusal | undefined =>
  Buffer.byteLength(JSON.stringify([reported.values, desired.values])) > MAX_BYTES
    ? { code: 400, message: 'the shadow would be larger than 16 KB' }
    : undefined;

const conflict = (version: number, present: number): Refusal => ({
  code: 409,
  message: `version conflict: ${version} is not greater than ${present}`,
});

/** @param timestamp of the change, unix seconds */
export const changeShadow = (shadow: Shadow, change: Change, timestamp: number): Shadow | Refusal => {
  const { version: present } = shadow;
  const base = change.version === ANEW ? EMPTY : shadow;
  const version = change.version === ANEW ? 0 : (change.version ?? present + 1);
  const isGreater = version > present && Number.isSafeInteger(version);
  if (change.version !== ANEW && !isGreater) return conflict(version, present);
  const next: Shadow = {
    version,
    reported: changed(base.reported, change.reported, timestamp),
    desired: changed(base.desired, change.desired, timestamp),
  };
  return faultIn('reported', next.reported) ?? faultIn('desired', next.desired) ?? tooLarge(next) ?? next;
};

export const isRefusal = (outcome: Shadow | Refusal): outcome is Refusal => 'code' in outcome;

export const hasDesired = ({ desired }: Shadow): boolean => Object.keys(desired.values).length > 0;

/** As devices are told it. */
export const documentOf = (shadow: Shadow): ShadowDocument => {
  const { version, reported, desired } = shadow;
  const isDesired = hasDesired(shadow);
  return {
    version,
    state: { reported: reported.values, ...(isDesired && { desired: desired.values }) },
    metadata: { reported: reported.times, ...(isDesired && { desired: desired.times }) },
  };
};
