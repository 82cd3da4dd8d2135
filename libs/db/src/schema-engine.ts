/** Prisma's schema engine as WebAssembly: what `prisma migrate` downloads as a binary, without the download. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type ColumnType,
  ColumnTypeEnum,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Pool, type QueryResult } from 'pg';
import { readDatabaseUrl } from './connection-url';

export type { MigrationList } from '@prisma/schema-engine-wasm/schema_engine_bg';

/** The part of the global that is used here; Node's type declarations leave it to those of browsers. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: object } }>;
};

let loaded: Promise<void> | undefined;

/** Where the engine says why it panics, just before it does. */
const panicRegistry = {
  set_message(message: string): never {
    throw new Error(`the schema engine gave up: ${message}`);
  },
};

/** The engine never clears the timer of its lock (10 s); as made here it does not keep a process alive that is done. */
const unheldTimers = (): object =>
  Object.fromEntries(
    Object.entries(glue).map(([name, value]) => [
      name,
      name.startsWith('__wbg_setTimeout_')
        ? (callback: () => void, delayMs: number) => setTimeout(callback, delayMs >>> 0).unref()
        : value,
    ]),
  );

/** Does what the package's own entry does, which needs a loader for `import ... from "x.wasm"`. */
const load = async (): Promise<void> => {
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panicRegistry });
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bytes = await readFile(join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': unheldTimers() });
  glue.__wbg_set_wasm(instance.exports);
  (instance.exports as { __wbindgen_start(): void }).__wbindgen_start();
};

/** Object ids of PostgreSQL's types "char" and text (pg_type.dat). */
const CHAR_OID = 18;
const TEXT_OID = 25;

interface EngineConnection {
  readonly pool: Pool;
  readonly connect: () => Promise<SqlDriverAdapter>;
}

/**
 * A connection as the engine can use it; the caller ends its pool. The engine reads catalog columns of type "char",
 * which the adapter refuses as unknown: it is told that they are text, and the engine then that they are characters.
 */
const openConnection = (url: string): EngineConnection => {
  const { connectionString, ssl } = readDatabaseUrl(url);
  // An idle connection that breaks must not end the process: the query that needs one rejects anyway.
  const pool = new Pool({ connectionString, ssl, max: 2 }).on('error', () => undefined);
  const charColumns = new Set<string>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<QueryResult>;
  const queryCharsAsText = async (...args: unknown[]): Promise<QueryResult> => {
    const result = await query(...args);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID !== CHAR_OID) continue;
      charColumns.add(field.name);
      field.dataTypeID = TEXT_OID;
    }
    return result;
  };
  pool.query = queryCharsAsText as Pool['query'];
  const connect = async (): Promise<SqlDriverAdapter> => {
    const adapter = await new PrismaPg(pool).connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    return Object.assign(adapter, {
      queryRaw: async (...args: Parameters<typeof queryRaw>) => {
        const result = await queryRaw(...args);
        const typeOf = (name: string, type: ColumnType) => (charColumns.has(name) ? ColumnTypeEnum.Character : type);
        return { ...result, columnTypes: result.columnTypes.map((type, i) => typeOf(result.columnNames[i]!, type)) };
      },
    });
  };
  return { pool, connect };
};

/** Makes an empty database beside that of `url`, for the engine to try migrations in. */
const makeShadow = async (pool: Pool, url: string): Promise<EngineConnection & { drop(): Promise<void> }> => {
  const name = `shadow_${randomUUID().replaceAll('-', '')}`;
  await pool.query(`CREATE DATABASE ${name}`);
  const shadowUrl = new URL(url);
  shadowUrl.pathname = `/${name}`;
  const connection = openConnection(shadowUrl.href);
  return {
    ...connection,
    async drop() {
      await connection.pool.end();
      await pool.query(`DROP DATABASE ${name}`);
    },
  };
};

/**
 * Opens the engine on a database, lets `work` use it, and closes all of its connections: the engine itself leaves
 * open those that its adapter made.
 * @param schema text of schema.prisma, where the work is about it
 */
export const withSchemaEngine = async <T>(
  url: string,
  work: (engine: glue.SchemaEngine) => Promise<T>,
  schema?: string,
): Promise<T> => {
  await (loaded ??= load());
  const { pool, connect } = openConnection(url);
  const shadows: Awaited<ReturnType<typeof makeShadow>>[] = [];
  const factory: SqlMigrationAwareDriverAdapterFactory = {
    provider: 'postgres',
    adapterName: '@prisma/adapter-pg',
    connect,
    connectToShadowDb: async () => {
      const shadow = await makeShadow(pool, url);
      shadows.push(shadow);
      return shadow.connect();
    },
  };
  try {
    const engine = await glue.SchemaEngine.new(
      { datamodels: schema === undefined ? undefined : [['schema.prisma', schema]] },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(factory),
    );
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    for (const shadow of shadows) await shadow.drop();
    await pool.end();
  }
};
