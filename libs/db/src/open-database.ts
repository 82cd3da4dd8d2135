import { PrismaPg } from '@prisma/adapter-pg';
import { Client } from 'pg';
import { PrismaClient } from './generated/client';
import type { Log } from './log';
import { migrate } from './migrate';
import { findPrismaFolder, readMigrations } from './migration-files';

export interface Database {
  /** The typed client. */
  readonly prisma: PrismaClient;
  /** Where it is; holds the password. */
  readonly url: string;
  /** Waits for running queries and closes the connections; idempotent. */
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  readonly log?: Log;
  /** Connections at most (default 10). A service that consumes and answers at once uses a few at a time. */
  readonly maxConnections?: number;
  /** Milliseconds to wait for the server, and for a connection that is free (default 5000). */
  readonly connectTimeoutMs?: number;
}

/** The database cannot be used; the message says why and holds no password. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError';
}

/** Why a connection was refused, by SQLSTATE or by the system's error code. */
const REASONS: Readonly<Record<string, string>> = {
  '28P01': 'it refuses the user or the password',
  '28000': 'it refuses the user',
  '3D000': 'there is no database of that name',
  '57P03': 'it is still starting',
  '53300': 'it has too many connections',
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name cannot be looked up',
  ETIMEDOUT: 'no answer in time',
};

/** `user@host:port/database`, without the password. */
const describeUrl = (url: string): string => {
  const { username, hostname, port, pathname } = new URL(url);
  return `${decodeURIComponent(username)}@${hostname}:${port || 5432}${pathname}`;
};

const parseUrl = (url: string): string => {
  let protocol: string | undefined;
  try {
    ({ protocol } = new URL(url));
  } catch {
    // Told below: the parser's own message would hold the URL, and the password in it.
  }
  if (protocol !== 'postgresql:' && protocol !== 'postgres:') {
    throw new DatabaseUnavailableError('DATABASE_URL must look like postgresql://user:password@host:5432/database');
  }
  return describeUrl(url);
};

const connectError = (place: string, error: unknown): DatabaseUnavailableError => {
  const { code, message } = error as { code?: string; message?: string };
  const reason = (code && REASONS[code]) ?? (message?.includes('timeout') ? REASONS['ETIMEDOUT'] : message) ?? code;
  return new DatabaseUnavailableError(`cannot use PostgreSQL at ${place}: ${reason}`, { cause: error });
};

/** Runs `work` on a connection of its own. */
const withClient = async (
  url: string,
  place: string,
  connectionTimeoutMillis: number,
  work: (client: Client) => Promise<void>,
): Promise<void> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis });
  // Without a listener a connection that breaks would end the process; the query under way rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw connectError(place, error);
  }
  try {
    await work(client);
  } finally {
    await client.end();
  }
};

/**
 * Connects to a PostgreSQL and applies the migrations that are missing there.
 * @throws {DatabaseUnavailableError} when it is unreachable, refuses the password, or has no such database
 * @throws {Error} when it was migrated by a newer release, or a migration fails
 */
export const openDatabase = async (url: string, options: OpenDatabaseOptions = {}): Promise<Database> => {
  const { log, maxConnections = 10, connectTimeoutMs = 5000 } = options;
  const place = parseUrl(url);
  const prismaFolder = findPrismaFolder();
  const migrations = await readMigrations(prismaFolder);
  await withClient(url, place, connectTimeoutMs, (client) => migrate(client, url, prismaFolder, migrations, log));

  const onLost = (error: Error) => log?.warn({ err: error }, 'connection to the database lost');
  const adapter = new PrismaPg(
    {
      connectionString: url,
      max: maxConnections,
      connectionTimeoutMillis: connectTimeoutMs,
      keepAlive: true,
      // The adapter writes times as UTC without saying so; in another zone they would be shifted.
      options: '-c TimeZone=UTC',
    },
    { onPoolError: onLost, onConnectionError: onLost },
  );
  // Minimal errors: the long form quotes the arguments of a query, secrets among them.
  const prisma = new PrismaClient({
    adapter,
    errorFormat: 'minimal',
    // A batch of uplinks is one transaction; under load it may take a while, and giving up would only repeat it.
    transactionOptions: { maxWait: 10_000, timeout: 30_000 },
  });
  return { prisma, url, close: () => prisma.$disconnect() };
};
