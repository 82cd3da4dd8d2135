/** A shadow as a table: a row for each attribute, those inside others by their path. */
import { isoOfMs } from '@alink/operator/words';

export type Attributes = Readonly<Record<string, unknown>>;
/** Unix seconds as `{"timestamp":..}` in place of each value. */
export type Times = Attributes;

interface Part {
  readonly value: unknown;
  /** Unix seconds; 0 where nobody knows. */
  readonly timestamp: number;
}

interface ShadowParts {
  readonly reported: Attributes;
  readonly desired: Attributes;
  readonly metadata: { readonly reported: Times; readonly desired: Times };
}

const isGroup = (value: unknown): value is Attributes =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

const secondsIn = (times: unknown): number => Number((times as { timestamp?: unknown } | undefined)?.timestamp ?? 0);

/** By path, in the order of the document. */
const leavesOf = (attributes: Attributes, times: Times, prefix = ''): [string, Part][] =>
  Object.entries(attributes).flatMap(([name, value]) => {
    const time = times[name];
    return isGroup(value)
      ? leavesOf(value, isGroup(time) ? time : {}, `${prefix}${name}.`)
      : [[`${prefix}${name}`, { value, timestamp: secondsIn(time) }] satisfies [string, Part]];
  });

export const shadowRows = ({ reported, desired, metadata }: ShadowParts) => {
  const said = new Map(leavesOf(reported, metadata.reported));
  const wanted = new Map(leavesOf(desired, metadata.desired));
  return [...new Set([...said.keys(), ...wanted.keys()])].map((attribute) => {
    const [is, shall] = [said.get(attribute), wanted.get(attribute)];
    const seconds = Math.max(is?.timestamp ?? 0, shall?.timestamp ?? 0);
    return { attribute, reported: is?.value, desired: shall?.value, time: isoOfMs(seconds * 1000) };
  });
};
