/** Members that documents of several kinds have. */
import * as z from 'zod';

export const productKey = z.string().min(1);
/** All of them: what is not named is removed. */
export const tags = z.record(z.string(), z.string());

/** One of the words that stand for a number on the wire. */
export const wordIn = <Words extends Readonly<Record<string, number>>>(words: Words) =>
  z.enum(Object.keys(words) as [keyof Words & string, ...(keyof Words & string)[]]);

/** A ProductKey as part of a file's name. */
export const fileName = (text: string): string => encodeURIComponent(text);

/** Without the members that are undefined, which no document has. */
export const defined = <T extends object>(spec: T): T =>
  Object.fromEntries(Object.entries(spec).filter(([, value]) => value !== undefined)) as T;

/** The tags of what may have none. */
export const tagsIfAny = (tags: Readonly<Record<string, string>>): Record<string, string> | undefined =>
  Object.keys(tags).length > 0 ? { ...tags } : undefined;

/**
 * A resource with what is so where nothing else is said, of the members that a document names: that there are no tags is
 * what a document says with an empty object.
 */
export const withDefaults = <Spec extends object>(spec: Spec, wanted: Spec, defaults: Partial<Spec>): Spec => ({
  ...spec,
  ...Object.fromEntries(Object.entries(defaults).filter(([key]) => key in wanted && !(key in spec))),
});
