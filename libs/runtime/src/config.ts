import type { z } from 'zod';
import { factsOf } from './config-fields';
import { maskUrlValue, MASK } from './secret-masking';
import { StartError } from './start-error';

/** The environment: `process.env` in `main.ts`, a literal in tests. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A configuration that cannot be used. One line that names every bad variable, what it holds and what it should. */
export class ConfigError extends StartError {
  override readonly name = 'ConfigError';
}

/** Which schema made a configuration, so that it can be told back without naming the schema again. */
const schemas = new WeakMap<object, z.ZodObject>();

/**
 * Reads the variables that the schema names; blank is as good as unset.
 * @param schema an object schema whose keys are names of environment variables
 * @returns the typed values, frozen
 * @throws {ConfigError} naming every variable that is bad
 */
export const loadConfig = <S extends z.ZodObject>(schema: S, env: Environment): Readonly<z.output<S>> => {
  const raw: Record<string, string | undefined> = {};
  for (const key of Object.keys(schema.shape)) raw[key] = env[key]?.trim() || undefined;
  const result = schema.safeParse(raw);
  if (!result.success) throw new ConfigError(describeIssues(schema, raw, result.error.issues));
  const config = Object.freeze(result.data);
  schemas.set(config, schema);
  return config;
};

/** The effective values, with secrets and passwords inside URLs masked; unset ones are null. */
export const describeConfig = (
  config: object,
  schema: z.ZodObject | undefined = schemas.get(config),
): Record<string, unknown> => {
  if (!schema) throw new TypeError('describeConfig needs the schema of a configuration that loadConfig did not make');
  return Object.fromEntries(
    Object.entries(schema.shape).map(([key, field]) => {
      const value = (config as Record<string, unknown>)[key];
      if (value === undefined || value === null) return [key, null];
      if (factsOf(field as z.ZodType)?.secret) return [key, MASK];
      return [key, typeof value === 'string' ? maskUrlValue(value) : value];
    }),
  );
};

const describeIssues = (
  schema: z.ZodObject,
  raw: Record<string, string | undefined>,
  issues: readonly z.core.$ZodIssue[],
): string => {
  const byKey = new Map<string, string>();
  for (const issue of issues) {
    const key = String(issue.path[0] ?? '');
    if (!byKey.has(key)) byKey.set(key, describeIssue(schema, key, raw[key], issue.message));
  }
  return `bad configuration: ${[...byKey.values()].join('; ')}`.replace(/\s+/g, ' ');
};

const describeIssue = (schema: z.ZodObject, key: string, got: string | undefined, message: string): string => {
  const field = schema.shape[key] as z.ZodType | undefined;
  if (!field) return key ? `${key}: ${message}` : message;
  const facts = factsOf(field);
  const wants = facts?.wants ? `must be ${facts.wants}` : message;
  if (got === undefined) return `${key} is not set, ${wants}`;
  return `${key} is ${facts?.secret ? MASK : JSON.stringify(maskedValue(got))}, ${wants}`;
};

/** A bad value may be a URL that does not parse, so anything before an `@` is taken for credentials. */
const maskedValue = (got: string): string =>
  got.includes('@') && !got.includes('://') ? `${MASK}@${got.slice(got.lastIndexOf('@') + 1)}` : maskUrlValue(got);
