/** Values of properties as people and scripts want them: typed, arrays whole. */
import { elementOf } from '@alink/thing-model';
import { jsonOrText } from '../words/json-or-text';
import { isoOfMs } from '../words/time-text';

/** What is used of `dm.PropertyLogInfo`. */
export interface ValueEntry {
  readonly dataID: string;
  readonly dataName: string;
  readonly value: string;
  /** Unix milliseconds; 0 where the device has not said anything, and the value is that of the model. */
  readonly timestamp: string;
}

type ValueRow = ReturnType<typeof rowOf>;

/**
 * A value as dm.rpc tells it, where a text is plain: what reads like a number may be one. It becomes one only where it
 * stays the same in every digit: a card number of twenty digits would not.
 */
export const readValue = (text: string): unknown => {
  const value = jsonOrText(text);
  return typeof value === 'string' || JSON.stringify(value) !== text ? text : value;
};

/** @returns nothing for what the device has not said */
const saidBy = ({ value, timestamp }: ValueEntry): unknown => (timestamp === '0' ? undefined : readValue(value));

const rowOf = (property: string, name: string, value: unknown, timestamp: number) => ({
  property,
  name,
  value,
  time: isoOfMs(timestamp),
  timestamp,
});

/** The elements of an array, in their order, as one row; those behind the last that is known are not there. */
const arrayOf = (identifier: string, elements: readonly ValueEntry[]): ValueRow => {
  const said = elements.map(saidBy);
  const values = said.slice(0, said.findLastIndex((value) => value !== undefined) + 1);
  const newest = Math.max(...elements.map(({ timestamp }) => Number(timestamp)));
  const name = (elements[0]?.dataName ?? '').replace(/\.0$/, '');
  return rowOf(identifier, name, values.length > 0 ? values : undefined, newest);
};

/**
 * The latest values, a row for each property.
 * @param asked what was asked for by name: an element that was stays one
 */
export const rowsOfLatest = (list: readonly ValueEntry[], asked: readonly string[]): ValueRow[] => {
  const arrays = new Map<string, ValueEntry[]>();
  const rows: (ValueRow | string)[] = [];
  for (const entry of list) {
    const array = asked.includes(entry.dataID) ? undefined : elementOf(entry.dataID)?.array;
    if (array === undefined) {
      rows.push(rowOf(entry.dataID, entry.dataName, saidBy(entry), Number(entry.timestamp)));
    } else if (arrays.has(array)) {
      arrays.get(array)!.push(entry);
    } else {
      arrays.set(array, [entry]);
      rows.push(array);
    }
  }
  return rows.map((row) => (typeof row === 'string' ? arrayOf(row, arrays.get(row)!) : row));
};
