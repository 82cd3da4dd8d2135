/** What of an answer is absent, found by its descriptor: for tests of what must always be there. */
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
  readonly nestedType: readonly { readonly name: string; readonly options?: { readonly mapEntry?: boolean } }[];
}
type Members = Readonly<Record<string, unknown>>;

/** The messages that are absent in the answer of a method, each as `Message.field` and once. */
export const absentIn = ({ name, definition, package: known }: Service, method: string, answer: unknown): string[] => {
  const scope = name.slice(0, name.indexOf('.'));
  const typeOf = (field: FieldDescriptor) => {
    const named = known[`${scope}.${field.typeName}`] ?? known[field.typeName];
    return (named as unknown as { type: MessageDescriptor } | undefined)?.type;
  };
  const within = (message: MessageDescriptor, members: Members): string[] =>
    message.field
      .filter(({ type }) => type === 'TYPE_MESSAGE')
      .flatMap((field): string[] => {
        const isMap = message.nestedType.some((each) => each.name === field.typeName && each.options?.mapEntry);
        const value = members[field.name];
        if (isMap) return [];
        if (value === null || value === undefined) return [`${message.name}.${field.name}`];
        const inner = typeOf(field);
        return inner ? [value].flat().flatMap((each) => within(inner, each as Members)) : [];
      });
  const { type } = definition[method]!.responseType as unknown as { type: MessageDescriptor };
  return [...new Set(within(type, answer as Members))].sort();
};
