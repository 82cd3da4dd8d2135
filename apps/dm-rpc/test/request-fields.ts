/** The fields of a request, read from its descriptor: for tests that try each of them. */
import type { Service } from '@alink/contract';

interface FieldDescriptor {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}
interface MessageDescriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly nestedType: readonly (MessageDescriptor & { readonly options?: { readonly mapEntry?: boolean } })[];
}

/** Where a field is: names of fields, keys of maps, indexes of lists. */
export type Path = readonly (string | number)[];

export interface RequestField {
  readonly path: Path;
  readonly kind: 'integer' | 'text' | 'flag' | 'fraction';
}

const kindOf = (type: string): RequestField['kind'] | undefined => {
  if (type === 'TYPE_STRING') return 'text';
  if (type === 'TYPE_BOOL') return 'flag';
  if (type === 'TYPE_DOUBLE') return 'fraction';
  return type.includes('INT') ? 'integer' : undefined;
};

/** Fields of the method's request, but bytes; those of messages within it too, each type once deep. */
export const fieldsOf = ({ name, definition, package: known }: Service, method: string): RequestField[] => {
  const scope = name.slice(0, name.indexOf('.'));
  const find = (outer: MessageDescriptor, type: string) => {
    const nested = outer.nestedType.find((each) => each.name === type);
    const named = known[`${scope}.${type}`] ?? known[type];
    return nested ?? (named as unknown as { type: MessageDescriptor }).type;
  };
  const within = (message: MessageDescriptor, outer: readonly MessageDescriptor[]): RequestField[] =>
    message.field.flatMap((field): RequestField[] => {
      const listed = field.label === 'LABEL_REPEATED';
      if (field.type !== 'TYPE_MESSAGE') {
        const kind = kindOf(field.type);
        return kind ? [{ path: listed ? [field.name, 0] : [field.name], kind }] : [];
      }
      const inner = find(message, field.typeName);
      if (outer.includes(inner)) return [];
      const isMap = (inner as { options?: { mapEntry?: boolean } }).options?.mapEntry ?? false;
      const fields = within(inner, [...outer, inner]);
      // The entry of a map is its key and its value: here, the value of one key.
      if (isMap) {
        return fields
          .filter(({ path }) => path[0] === 'value')
          .map(({ path, kind }) => ({ path: [field.name, 'some key', ...path.slice(1)], kind }));
      }
      return fields.map(({ path, kind }) => ({ path: [field.name, ...(listed ? [0] : []), ...path], kind }));
    });
  const { type } = definition[method]!.requestType as unknown as { type: MessageDescriptor };
  return within(type, [type]);
};

/** The request with that value in that place. */
export const withField = (request: object, [key, ...rest]: Path, value: unknown): object => {
  const changed = (Array.isArray(request) ? [...request] : { ...request }) as Record<string | number, unknown>;
  const inner = (changed[key!] ?? (typeof rest[0] === 'number' ? [] : {})) as object;
  changed[key!] = rest.length > 0 ? withField(inner, rest, value) : value;
  return changed;
};

/** The path in words, as errors name it. */
export const nameOf = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : /^\w+$/.test(part) ? `.${part}` : `["${part}"]`))
    .join('')
    .slice(1);
