import { PrismaPg } from '@prisma/adapter-pg';
import { Client } from 'pg';
import { readDatabaseUrl, type DatabaseConnection } from './connection-url';
import { databaseTrouble } from './database-trouble';
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

const unavailable = (place: string, error: unknown): DatabaseUnavailableError => {
  const { code, message } = error as { code?: string; message?: string };
  const reason = databaseTrouble(error) ?? message ?? code;
  return new DatabaseUnavailableError(`cannot use PostgreSQL at ${place}: ${reason}`, { cause: error });
};

/** Runs `work` on a connection of its own. */
const withClient = async (
  { place, ...where }: DatabaseConnection,
  connectionTimeoutMillis: number,
  work: (client: Client) => Promise<void>,
): Promise<void> => {
  const client = new Client({ ...where, connectionTimeoutMillis });
  // Without a listener a connection that breaks would end the process; the query under way rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw unavailable(place, error);
  }
  try {
    await work(client);
  } catch (error) {
    throw databaseTrouble(error) ? unavailable(place, error) : error;
  } finally {
    await client.end();
  }
};

/**
 * Connects to a PostgreSQL and applies the migrations that are missing there.
 * @throws {StartError} when the URL asks for what cannot be given, or a certificate cannot be used
 * @throws {DatabaseUnavailableError} when it is unreachable, cannot be trusted, refuses the password, has no such database,
 *   or gives the user too few rights
 * @throws {Error} when it was migrated by a newer release, or a migration fails
 */
export const openDatabase = async (url: string, options: OpenDatabaseOptions = {}): Promise<Database> => {
  const { log, maxConnections = 10, connectTimeoutMs = 5000 } = options;
  const { place, ...where } = readDatabaseUrl(url);
  const prismaFolder = findPrismaFolder();
  const migrations = await readMigrations(prismaFolder);
  await withClient({ place, ...where }, connectTimeoutMs, (client) =>
    migrate(client, url, prismaFolder, migrations, log),
  );

  const onLost = (error: Error) => log?.warn({ err: error }, 'connection to the database lost');
  const adapter = new PrismaPg(
    {
      ...where,
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
