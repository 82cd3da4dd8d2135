/** What members of a JSON object must be, as a table. */

export type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

/** Whether it has every member of the shape, each as it must be. */
export const fits = (shape: Shape, members: object): boolean =>
  Object.entries(shape).every(([name, isRight]) => isRight((members as Record<string, unknown>)[name]));

export const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isText = (value: unknown): value is string => typeof value === 'string';

export const isListOf =
  (isItem: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(isItem);
