/** Why a database cannot be used, in words for an operator. */
import { tlsFault } from '@alink/runtime';

/** By SQLSTATE (PostgreSQL documentation, "PostgreSQL Error Codes") or by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the user or the password',
  '28000': 'it refuses the user',
  '3D000': 'there is no database of that name',
  '42501': 'the user has not the right',
  '57P03': 'it is still starting',
  '53300': 'it has too many connections',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'no answer in time',
};

/** Where the server's own words say more: which rule of pg_hba.conf, which schema or table. */
const MORE_TO_SAY: readonly unknown[] = ['28000', '42501'];

/** The words that say the same where a library above keeps the message alone. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/permission denied for|must be owner of|no schema has been selected to create in/, '42501'],
  [/timeout/, 'ETIMEDOUT'],
];

/** Undefined for an error that is none of these. */
export const databaseTrouble = (error: unknown): string | undefined => {
  const { code, message = '' } = Object(error) as { code?: unknown; message?: string };
  const known = typeof code === 'string' && code in REASONS ? code : WORDS.find(([words]) => words.test(message))?.[1];
  if (known) return MORE_TO_SAY.includes(known) ? `${REASONS[known]} (${firstLine(message)})` : REASONS[known];
  if (message === 'The server does not support SSL connections')
    return 'it does not offer TLS, which DATABASE_URL asks for';
  return tlsFault(error);
};

/** The line that says it: the schema engine puts its own around it. */
const firstLine = (message: string): string => {
  const lines = message.split('\n').map((line) => line.trim());
  return lines.find((line) => /permission denied|must be owner|no schema/.test(line)) ?? lines[0] ?? '';
};
