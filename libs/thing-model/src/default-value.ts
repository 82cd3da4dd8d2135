import type { DataType, Json } from './types';

/**
 * What a property is taken to be before any value of it is known: its initial value where the model has one, else zero
 * or nothing. As unitedrhino has it; undefined for a matrix, of which it has none.
 */
export const defaultValue = (type: DataType): Json | undefined => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return Number(type.start ?? 0);
    case 'bool':
    case 'enum':
      return 0;
    case 'text':
      return '';
    case 'date':
      return '0';
    case 'struct':
      return Object.fromEntries(
        type.members.map(({ identifier, dataType }) => [identifier, defaultValue(dataType) ?? null]),
      );
    case 'array':
      return type.item.type === 'array' ? undefined : [];
  }
};
