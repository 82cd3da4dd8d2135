import type { DataType, Json, JsonObject, Property } from '@alink/thing-model';
import { drawValue } from './draw-value';
import type { Random } from './random';

/** Properties in one message (Alibaba Cloud IoT documentation, "Limits"). */
const MAX_PROPERTIES = 200;

/** Which properties the report with this number has: some in turn, so that each comes to be reported. */
export const propertiesOf = (
  properties: readonly Property[],
  number: number,
  perReport = MAX_PROPERTIES,
): readonly Property[] => {
  const count = Math.min(perReport, MAX_PROPERTIES);
  if (properties.length <= count) return properties;
  const first = number * count;
  return Array.from({ length: count }, (_, i) => properties[(first + i) % properties.length]!);
};

/**
 * Values of these properties, as `params` of a report.
 * @param asOf unix milliseconds before which dates lie
 * @param time of the values, in unix milliseconds; without it they are plain, and as old as their arrival
 */
export const drawReport = (
  properties: readonly Property[],
  random: Random,
  asOf: number,
  time: number | undefined,
): JsonObject =>
  Object.fromEntries(
    properties.map(({ identifier, dataType }): [string, Json] => {
      const value = drawValue(dataType, random, asOf);
      if (time !== undefined) return [identifier, { value, time }];
      return [identifier, looksLong(dataType) ? { value } : value];
    }),
  );

/** Whether a plain value would be taken for one in the form `{"value","time"}`: a struct with a member of that name. */
const looksLong = (type: DataType): boolean =>
  type.type === 'struct' && type.members.some(({ identifier }) => identifier === 'value');
