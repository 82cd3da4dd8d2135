/** The output of an event: bare, or as `{"value":{..},"time":..}`. */
import type { CompiledModel } from '@alink/thing-model';
import { isRecord } from './envelope';
import { harmless, notStorable, type Problem } from './problem';
import { isUsableIdentifier, isValueAndTime } from './property-values';
import { malformedTime, readTime } from './sample-time';
import { isStorable } from './storable';

/** An event out of its form. */
export interface TimedOutput {
  /** As the device sent it; the thing model has not seen it yet. */
  readonly output: unknown;
  /** Unix milliseconds; how far ahead it may be is not checked. */
  readonly timestamp: number;
}

/**
 * `{"value":{..},"time":..}`, where the Link SDK for C 4.x leaves it to the user to send the bare output. That may hold
 * a parameter called `value`: then the long form is told by the output inside.
 */
const isLongForm = (event: Readonly<Record<string, unknown>>, hasValueMember = false): boolean =>
  Object.hasOwn(event, 'value') && isValueAndTime(event) && (!hasValueMember || isRecord(event.value));

/**
 * Takes an event out of its form; a problem where it cannot be kept, or its time not be read.
 * @param now unix milliseconds: the time of an event that has none
 */
export const readEvent = (
  name: string,
  given: Readonly<Record<string, unknown>>,
  now: number,
  model: CompiledModel,
): TimedOutput | Problem => {
  const long = isLongForm(given, model.event(name)?.hasValueMember);
  const output = long ? given.value : given;
  if (!isUsableIdentifier(name) || !isStorable(output)) return notStorable(name);
  const timestamp = long ? readTime(given.time, now) : now;
  return timestamp === undefined ? malformedTime(harmless(name)) : { output, timestamp };
};
