import type { NumberType } from '@alink/thing-model';
import type { Random } from './random';

/** Where a model has no limit: a range that people recognise as made up. */
const SPAN = 100;
/** Bounds of an int (Alibaba Cloud IoT documentation, "TSL": int32). */
const INT32 = { least: -2_147_483_648, most: 2_147_483_647 };
/** A double may range over more than any measurement does; beyond this, steps are lost to rounding. */
const FURTHEST = 1e12;
/** Digits behind the point at most: a double holds no more. */
const MAX_DECIMALS = 15;
/** Steps in a range that names none, and is narrower than a few hundredths. */
const FINE = 1000;

/** A number within the range, on a step counted from its lower end. */
export const drawNumber = (type: NumberType, random: Random): number => {
  const [least, most] = rangeOf(type);
  const step = stepOf(type, most - least);
  const steps = Math.max(0, Math.floor((most - least) / step + 1e-9));
  const value = least + random.whole(0, steps) * step;
  const decimals = Math.max(decimalsOf(least), decimalsOf(step));
  return Math.min(most, Math.max(least, Number(value.toFixed(decimals))));
};

const rangeOf = ({ type, min, max }: NumberType): [number, number] => {
  const upper = read(max);
  const least = read(min) ?? Math.min(0, (upper ?? SPAN) - SPAN);
  const most = Math.max(least, upper ?? Math.max(SPAN, least + SPAN));
  if (type !== 'int') return within(least, most, { least: -FURTHEST, most: FURTHEST });
  const [first, last] = within(Math.ceil(least), Math.floor(most), INT32);
  return [first, Math.max(first, last)];
};

/** The part of a range that lies within the bounds; the range itself where none does. */
const within = (least: number, most: number, bounds: { least: number; most: number }): [number, number] =>
  least > bounds.most || most < bounds.least
    ? [least, most]
    : [Math.max(least, bounds.least), Math.min(most, bounds.most)];

const stepOf = ({ type, step }: NumberType, span: number): number => {
  const named = Math.abs(read(step) ?? 0);
  if (type === 'int') return Math.max(1, Math.round(named));
  if (named > 0) return named;
  return span === 0 || span >= 1 ? 0.01 : span / FINE;
};

const read = (text: string | undefined): number | undefined => {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** Digits behind the point of a number as JSON writes it: `0.1` has one, `1e-7` seven. */
const decimalsOf = (value: number): number => {
  const [digits = '', exponent = '0'] = String(value).split('e');
  const behind = digits.split('.')[1]?.length ?? 0;
  return Math.min(MAX_DECIMALS, Math.max(0, behind - Number(exponent)));
};
