/** What is wrong with a document, in words that name the member. */
import type * as z from 'zod';

/** A fault, and the member that it is about: the way to it from the top of the document. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  number: 'a number',
  int: 'a whole number',
};

type Issue = z.core.$ZodIssue;

const typeFault = (expected: string, input: unknown): string => {
  const wanted = typeWords[expected] ?? expected;
  if (input === undefined) return `is missing: it must be ${wanted}`;
  const isPlain = typeof input === 'number' || typeof input === 'boolean';
  // YAML reads 0012 and true as something else, and what was meant is gone.
  const quotes = expected === 'string' && isPlain ? ', in quotes where it looks like a number or a truth value' : '';
  return `must be ${wanted}${quotes}`;
};

const wordsOf = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return typeFault(issue.expected, issue.input);
    case 'invalid_value':
      return issue.input === undefined ? 'is missing' : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    default:
      return issue.message;
  }
};

/**
 * The faults that a schema found; it was told to report its input.
 * @param members those that a document of this kind has
 */
export const faultsOf = (error: z.ZodError, members: readonly string[]): Fault[] =>
  error.issues.flatMap((issue): Fault[] => {
    const at = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    if (issue.code !== 'unrecognized_keys') return [{ path: at, message: wordsOf(issue) }];
    // The member itself is what is looked for in the file, not the object that it stands in.
    const known = at.length === 0 ? `; there are ${members.join(', ')}` : '';
    return issue.keys.map((key) => ({ path: [...at, key], message: `is not known here${known}` }));
  });

/** `devices[3].alias`. */
export const placeOf = (path: Fault['path']): string =>
  path.reduce<string>(
    (place, step) => (typeof step === 'number' ? `${place}[${step}]` : place === '' ? step : `${place}.${step}`),
    '',
  );
