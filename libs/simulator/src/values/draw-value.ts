/** Values that a thing model allows, also under strong validation. */
import type { ArrayType, DataType, Json, JsonObject, LabelledType, Param, TextType } from '@alink/thing-model';
import { drawNumber } from './draw-number';
import type { Random } from './random';

/** Longest text in bytes, and most elements of a list, that are drawn: models allow far more than devices say. */
const MAX_TEXT = 32;
const MAX_ELEMENTS = 8;
/** Where a model names no length. */
const TEXT = 16;
/** How far back dates lie, in milliseconds. */
const DATES_WITHIN_MS = 30 * 24 * 3600 * 1000;

/** What texts are made of: nothing that parsers of devices stumble over (quotes, braces), and some of more than one byte. */
const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.é°温度'];
const NARROW = LETTERS.filter((letter) => Buffer.byteLength(letter) === 1);

/**
 * A value of the type.
 * @param asOf unix milliseconds before which dates lie
 */
export const drawValue = (type: DataType, random: Random, asOf: number): Json => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return drawNumber(type, random);
    case 'bool':
      return random.whole(0, 1);
    case 'enum':
      return drawItem(type, random);
    case 'text':
      return drawText(type, random);
    case 'date':
      return String(Math.max(0, asOf - random.whole(0, DATES_WITHIN_MS)));
    case 'struct':
      return drawParams(type.members, random, asOf);
    case 'array':
      return drawList(type, random, asOf);
  }
};

/** A value for each of the parameters: of a struct, an event, a service. */
export const drawParams = (params: readonly Param[], random: Random, asOf: number): JsonObject =>
  Object.fromEntries(params.map(({ identifier, dataType }) => [identifier, drawValue(dataType, random, asOf)]));

const drawItem = ({ labels }: LabelledType, random: Random): number =>
  labels.size === 0 ? 0 : Number(random.pick([...labels.keys()]));

const drawText = ({ length = TEXT }: TextType, random: Random): string => {
  let left = length === 0 ? 0 : random.whole(1, Math.min(length, MAX_TEXT));
  let text = '';
  while (left > 0) {
    let letter = random.pick(LETTERS);
    if (Buffer.byteLength(letter) > left) letter = random.pick(NARROW);
    text += letter;
    left -= Buffer.byteLength(letter);
  }
  return text;
};

const drawList = ({ item, size = MAX_ELEMENTS }: ArrayType, random: Random, asOf: number): Json =>
  Array.from({ length: size === 0 ? 0 : random.whole(1, Math.min(size, MAX_ELEMENTS)) }, () =>
    drawValue(item, random, asOf),
  );
