/** What an error says of the database, whoever asked it: the typed client, or a plain connection. */
import type { DatabaseFault } from '@alink/rpc';
import { DatabaseError } from 'pg';
import { Prisma } from './generated/client';

/** PostgreSQL documentation, "PostgreSQL Error Codes", class 22 (data exception). */
const OUT_OF_RANGE = '22003';
const BAD_TEXT: readonly unknown[] = ['22021', '22P05'];

/** Prisma documentation, "Error message reference": more than the 32,767 values that a statement takes. */
const TOO_MANY_VALUES = 'P2029';

/** What the system says of a connection that did not come about, and `pg` in words only (its `client.js`, `pg-pool`). */
const CONNECTION_CODES: readonly unknown[] = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
];
const CONNECTION_WORDS =
  /^(Connection terminated|timeout exceeded when trying|timeout expired|Client has encountered a conn)/;

/** Undefined for what is no error of the database. */
export const databaseFault = (error: unknown): DatabaseFault | undefined => {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === TOO_MANY_VALUES) return { kind: 'tooManyValues' };
    return refusal(driverCause(error)) ?? { kind: 'failure' };
  }
  if (error instanceof Prisma.PrismaClientValidationError) return unfit(error.message);
  if (error instanceof DatabaseError) return refusal(error) ?? { kind: 'failure' };
  return isFailure(error) ? { kind: 'failure' } : undefined;
};

/** The client itself refuses what has more than 64 bits; its message shows the whole query, rounded numbers among it. */
const unfit = (message: string): DatabaseFault | undefined => {
  if (!message.includes('Unable to fit value')) return undefined;
  const number = message.match(/-?\d{19,}/g)?.find((digits) => Math.abs(Number(digits)) >= 2 ** 63);
  return { kind: 'number', number };
};

interface Refusal {
  readonly code?: string | undefined;
  readonly message: string;
}

/** What PostgreSQL said, below the typed client. */
const driverCause = ({ meta }: Prisma.PrismaClientKnownRequestError): Refusal => {
  const { driverAdapterError } = (meta ?? {}) as {
    driverAdapterError?: { cause?: { originalCode?: string; originalMessage?: string } };
  };
  const { originalCode, originalMessage = '' } = driverAdapterError?.cause ?? {};
  return { code: originalCode, message: originalMessage };
};

const refusal = ({ code, message }: Refusal): DatabaseFault | undefined => {
  if (BAD_TEXT.includes(code)) return { kind: 'text' };
  // In the server's language: only the number counts.
  if (code === OUT_OF_RANGE) return { kind: 'number', number: /-?\d{2,}/.exec(message)?.[0] };
  return undefined;
};

const isFailure = (error: unknown): boolean => {
  if (
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientInitializationError ||
    error instanceof Prisma.PrismaClientRustPanicError
  ) {
    return true;
  }
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return CONNECTION_CODES.includes(code) || CONNECTION_WORDS.test(String(message));
};
