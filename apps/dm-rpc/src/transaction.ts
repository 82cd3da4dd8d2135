import type { PrismaClient } from '@alink/db';

/** What works on the database within a transaction is given. */
export type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
