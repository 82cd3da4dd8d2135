/** Property values of a message: plain, or as `{"value":..,"time":..}`, or both mixed. */
import type { CompiledModel, Json, JsonObject } from '@alink/thing-model';
import type { PropertySample } from './device-message';
import { isRecord } from './envelope';
import { harmless, notStorable, rejectionProblem, type Problem } from './problem';
import { isTooFarAhead, malformedTime, readTime, tooFarAhead } from './sample-time';
import { isStorable, isStorableText } from './storable';

/** Properties in one message (documentation, "Limits"). */
export const MAX_PROPERTIES = 200;
/** Characters of an identifier with its module: the model allows 50 each. Without validation it may be anything. */
export const MAX_IDENTIFIER_LENGTH = 128;

/** A value out of its form. */
export interface TimedValue {
  /** As the device sent it; the thing model has not seen it yet. */
  readonly value: unknown;
  /** Unix milliseconds; how far ahead it may be is not checked. */
  readonly time: number;
}

/** Values by identifier, and the times that they were measured at. */
export interface PropertyValues {
  /** What the thing model took, converted by it. */
  readonly accepted: Record<string, Json>;
  /** Time of every value that `times` does not have. */
  readonly time: number;
  /** Times of those values that were measured at another time than the first. */
  readonly times?: ReadonlyMap<string, number>;
  /** Why values are missing in `accepted`, one for each. */
  readonly problems: readonly Problem[];
  /** The same in words for the device, by identifier, both fit for a reply. */
  readonly refused: ReadonlyMap<string, string>;
  /** How many values the message had. */
  readonly count: number;
}

/** True for an identifier that nothing behind the node stumbles over. */
export const isUsableIdentifier = (identifier: string): boolean =>
  identifier !== '' &&
  identifier.length <= MAX_IDENTIFIER_LENGTH &&
  identifier !== '__proto__' &&
  isStorableText(identifier);

interface LongForm {
  readonly value: unknown;
  readonly time?: unknown;
}

/** True when the object holds nothing but what the long form is made of. */
export const isValueAndTime = (value: object): boolean =>
  Object.keys(value).every((key) => key === 'value' || key === 'time');

/**
 * `value` is reserved for properties, but a struct may have a member of that name: then the long form is told by the
 * struct inside.
 */
const isLongForm = (given: unknown, identifier: string, model: CompiledModel): given is LongForm => {
  if (typeof given !== 'object' || given === null || !Object.hasOwn(given, 'value')) return false;
  const property = model.property(identifier);
  if (!property) return isValueAndTime(given);
  return !property.hasValueMember || isRecord((given as LongForm).value);
};

/**
 * Takes a value out of its form; a problem where it cannot be kept, or its time not be read.
 * @param now unix milliseconds: the time of a value that has none
 */
export const readValue = (
  identifier: string,
  given: unknown,
  now: number,
  model: CompiledModel,
): TimedValue | Problem => {
  const long = isLongForm(given, identifier, model);
  const value = long ? given.value : given;
  if (!isUsableIdentifier(identifier) || !isStorable(value)) return notStorable(identifier);
  const time = long ? readTime(given.time, now) : now;
  return time === undefined ? malformedTime(harmless(identifier)) : { value, time };
};

/**
 * Reads and checks the properties of a message. Returns a problem instead where the message fails as a whole: too many
 * properties, none at all, or a time that lies too far ahead.
 */
export const readPropertyValues = (
  params: Readonly<Record<string, unknown>>,
  now: number,
  model: CompiledModel,
): PropertyValues | Problem => {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  const refused = new Map<string, string>();
  const refuse = (identifier: string, problem: Problem): void => {
    problems.push(problem);
    refused.set(harmless(identifier), withoutPlace(problem.message, identifier));
  };
  let times: Map<string, number> | undefined;
  let first: number | undefined;
  let count = 0;
  for (const identifier in params) {
    if (++count > MAX_PROPERTIES) return tooManyProperties;
    const read = readValue(identifier, params[identifier], now, model);
    if ('step' in read) {
      refuse(identifier, read);
      continue;
    }
    const { value, time } = read;
    if (isTooFarAhead(time, now)) return tooFarAhead(harmless(identifier));
    values[identifier] = value;
    if (first === undefined) first = time;
    else if (time !== first) (times ??= new Map()).set(identifier, time);
  }
  if (count === 0) return noProperties;
  const { accepted, rejected } = model.checkProperties(values);
  for (const rejection of rejected) refuse(rejection.identifier, rejectionProblem(rejection));
  return { accepted, time: first ?? now, times, problems, refused, count };
};

/** A message that stands beside the identifier already; one that names a member of it keeps its place. */
export const withoutPlace = (message: string, identifier: string): string => {
  const place = ` -> ${harmless(identifier)}`;
  return message.endsWith(place) ? message.slice(0, -place.length) : message;
};

export const tooManyProperties: Problem = {
  code: 6106,
  message: `map size must less than ${MAX_PROPERTIES}`,
  step: `Send at most ${MAX_PROPERTIES} properties in one message.`,
};

const noProperties: Problem = {
  code: 460,
  message: 'request parameter error: params is empty',
  step: 'Put at least one property under "params".',
};

/** The values by the time that they were measured at, in the order in which the times first occur. */
export const samplesOf = ({ accepted, time, times }: PropertyValues): PropertySample[] => {
  if (!times) return [{ timestamp: time, params: accepted }];
  const samples = new Map<number, Record<string, Json>>();
  for (const identifier of Object.keys(accepted)) {
    const timestamp = times.get(identifier) ?? time;
    let params = samples.get(timestamp);
    if (!params) samples.set(timestamp, (params = {}));
    params[identifier] = accepted[identifier]!;
  }
  return Array.from(samples, ([timestamp, params]: [number, JsonObject]) => ({ timestamp, params }));
};
