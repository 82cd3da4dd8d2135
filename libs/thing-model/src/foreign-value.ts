/** Values as unitedrhino's services and gateways write them (its public source, packages `schema` and `msgThing`). */
import { isRecord } from './compile-value';
import type { DataType, Json, JsonObject } from './types';

const numberOf = (text: string | undefined): number => Number(text) || 0;

/** A value that a device reported. Alink's dates are text, unitedrhino's are numbers; the others are alike. */
export const foreignValue = (value: Json, type: DataType): Json => {
  switch (type.type) {
    case 'date':
      return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
    case 'array':
      return Array.isArray(value)
        ? (value as readonly Json[]).map((element) => foreignValue(element, type.item))
        : value;
    case 'struct': {
      if (!isRecord(value)) return value;
      const types = new Map(type.members.map(({ identifier, dataType }) => [identifier, dataType]));
      const entries = Object.entries(value as JsonObject).map(([name, member]) => {
        const memberType = types.get(name);
        return [name, memberType ? foreignValue(member, memberType) : member] as const;
      });
      return Object.fromEntries(entries);
    }
    default:
      return value;
  }
};

/**
 * The value of a property that was never reported: the initial value where the model gives one, else nothing of its
 * kind, which is 0, an empty text or an empty list. Of an enumeration it is 0, also where that is none of its items, or
 * the lowest of those below (as measured; unitedrhino looks for the lowest of its items, beginning with 0).
 */
export const defaultValue = (type: DataType): Json => {
  switch (type.type) {
    case 'int':
      return Math.trunc(numberOf(type.start));
    case 'float':
    case 'double':
      return numberOf(type.start);
    case 'bool':
      return 0;
    case 'enum':
      return Math.min(0, ...Array.from(type.labels.keys(), Number));
    case 'text':
      return '';
    case 'date':
      return 0;
    case 'struct':
      return Object.fromEntries(type.members.map(({ identifier, dataType }) => [identifier, defaultValue(dataType)]));
    case 'array':
      return [];
  }
};
