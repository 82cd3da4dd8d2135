/**
 * Members that documents of several kinds have. What the platform would refuse by its form alone is refused here already:
 * a file is read as a whole before anything is done, and the platform comes to its devices one after the other.
 */
import { DEVICE_NAME_RULE, isDeviceName, isProductKey } from '@alink/signing';
import * as z from 'zod';

/** Within a message, whatever stands in it: as long as a name may be that is none. */
const quoted = (text: string): string => JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);

/** A text that keeps a rule. @param fault why it does not, in words that follow the member's name; undefined where it does */
export const textThat = (fault: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const message = fault(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message: `${message}, and is ${quoted(text)}` });
  });

/** @param max characters that the platform keeps of it */
export const shortText = (max: number) =>
  z
    .string()
    .max(max, { error: `must have at most ${max} characters` })
    .refine((text) => !text.includes('\0'), { error: 'must not contain U+0000' });

/** What something is called. @param max characters */
export const name = (max: number) => shortText(max).min(1);

export const productKey = textThat((key) =>
  isProductKey(key) ? undefined : 'must be 1 to 64 letters, digits, _ and -',
);
export const deviceName = textThat((each) => (isDeviceName(each) ? undefined : `must be ${DEVICE_NAME_RULE}`));

const MAX_TAGS = 100;
/** All of them: what is not named is removed. */
export const tags = z.record(z.string(), shortText(4096)).superRefine((given, context) => {
  const keys = Object.keys(given);
  if (keys.length > MAX_TAGS) context.addIssue({ code: 'custom', message: `must have at most ${MAX_TAGS} entries` });
  for (const key of keys.filter((each) => !name(128).safeParse(each).success)) {
    context.addIssue({ code: 'custom', path: [key], message: 'must be named by 1 to 128 characters' });
  }
});

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
