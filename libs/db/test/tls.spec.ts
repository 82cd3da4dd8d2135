/** PostgreSQL over TLS, against the real server; what goes wrong at a start has a name. */
import {
  CERTIFIED_ROLE,
  removeFolder,
  startPostgres,
  temporaryFolder,
  testAuthority,
  type CertificateFilesOfTest,
  type TestAuthority,
  type TestPostgres,
} from '@alink/testing';
import { Client } from 'pg';
import { openDatabase } from '../src/index';

let folder: string;
let ours: TestAuthority;
let foreign: TestAuthority;
let mine: CertificateFilesOfTest;
let server: TestPostgres;
/** One without TLS. */
let plain: TestPostgres;

beforeAll(async () => {
  folder = temporaryFolder('postgres-tls');
  ours = await testAuthority(folder, 'ours');
  foreign = await testAuthority(folder, 'foreign');
  mine = await ours.issue('mine', { commonName: 'dm-rpc' });
  const certificate = await ours.issue('server', { commonName: 'postgres', names: ['127.0.0.1'] });
  server = await startPostgres({ tls: { ...certificate, clientCaFile: ours.caFile } });
  plain = await startPostgres();
  for (const role of [CERTIFIED_ROLE, 'poor']) {
    await query(server.url, `CREATE ROLE ${role} LOGIN PASSWORD 'hunter2'`);
  }
});
afterAll(async () => {
  await server?.stop();
  await plain?.stop();
  removeFolder(folder);
});

const query = async (url: string, sql: string): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
};

/** The URL with parameters, and another user or host where one is named. */
const at = (text: string, parameters: Record<string, string>, other: { user?: string; host?: string } = {}): string => {
  const url = new URL(text);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  if (other.user) [url.username, url.password] = [other.user, 'hunter2'];
  if (other.host) url.hostname = other.host;
  return url.href;
};

/** Whether the connection of the typed client is encrypted. */
const encrypted = async (url: string): Promise<boolean> => {
  const { prisma, close } = await openDatabase(url);
  const [row] = await prisma.$queryRaw<{ ssl: boolean }[]>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
  await close();
  return row!.ssl;
};
const refusal = async (url: string): Promise<string> => {
  const error = (await openDatabase(url).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toBeInstanceOf(Error);
  expect(error.message).not.toContain(new URL(url).password);
  return error.message;
};
const trusted = (sslmode: string, sslrootcert = ours.caFile) => ({ sslmode, sslrootcert });

test.each(['require', 'verify-ca', 'verify-full'])(
  'sslmode=%s with the right authority: TLS, migrations too',
  async (mode) => {
    const database = await server.createDatabase();
    expect(await encrypted(at(database.url, trusted(mode)))).toBe(true);
  },
);

test.each<[string, Record<string, string>, boolean]>([
  ['nothing', {}, false],
  ['sslmode=disable', { sslmode: 'disable' }, false],
  ['sslmode=no-verify', { sslmode: 'no-verify' }, true],
])('%s says what it says', async (_name, parameters, tls) => {
  const database = await server.createDatabase();
  expect(await encrypted(at(database.url, parameters))).toBe(tls);
});

test('an authority alone asks for everything', async () => {
  const database = await server.createDatabase();
  expect(await encrypted(at(database.url, { sslrootcert: ours.caFile }))).toBe(true);
  expect(await refusal(at(server.url, { sslrootcert: foreign.caFile }))).toMatch(/its certificate is not trusted$/);
});

test.each(['require', 'verify-ca', 'verify-full'])('sslmode=%s does not trust another authority', async (mode) => {
  expect(await refusal(at(server.url, trusted(mode, foreign.caFile)))).toMatch(
    /^cannot use PostgreSQL at postgres@127\.0\.0\.1:\d+\/postgres: its certificate is not trusted$/,
  );
});

test('the name counts, unless verify-ca says that it does not', async () => {
  const elsewhere = { host: 'localhost' };
  const wrong = /its certificate is for another name$/;
  expect(await refusal(at(server.url, trusted('verify-full'), elsewhere))).toMatch(wrong);
  const database = await server.createDatabase();
  expect(await encrypted(at(database.url, trusted('verify-ca'), elsewhere))).toBe(true);
});

test.each(['require', 'no-verify'])('sslmode=%s does not connect in plain text', async (sslmode) => {
  expect(await refusal(at(plain.url, { sslmode }))).toContain('it does not offer TLS, which DATABASE_URL asks for');
});

test('a client certificate is shown, and one is missed in words', async () => {
  const database = await server.createDatabase();
  await query(database.url, `GRANT ALL ON SCHEMA public TO ${CERTIFIED_ROLE}`);
  await query(database.url, `GRANT CREATE ON DATABASE ${new URL(database.url).pathname.slice(1)} TO ${CERTIFIED_ROLE}`);
  const shown = { ...trusted('verify-full'), sslcert: mine.certFile, sslkey: mine.keyFile };
  expect(await encrypted(at(database.url, shown, { user: CERTIFIED_ROLE }))).toBe(true);
  expect(await refusal(at(database.url, trusted('verify-full'), { user: CERTIFIED_ROLE }))).toMatch(
    /it refuses the user \(.*client certificate/,
  );
  expect(await refusal(at(database.url, {}, { user: CERTIFIED_ROLE }))).toMatch(/it refuses the user \(.*pg_hba\.conf/);
});

test('a missing right is named', async () => {
  const database = await server.createDatabase();
  const poor = at(database.url, {}, { user: 'poor' });
  const lacks = /^cannot use PostgreSQL at poor@127.*: the user has not the right \(/;
  expect(await refusal(poor)).toMatch(new RegExp(`${lacks.source}ERROR: permission denied for schema public\\)$`));
  await query(database.url, 'REVOKE ALL ON SCHEMA public FROM public');
  expect(await refusal(poor)).toMatch(lacks);
});

test.each([
  ['prefer', 'sslmode in DATABASE_URL must be one of .* \\(prefer could fall back to plain text\\)'],
  ['allow', 'allow could fall back to plain text'],
  ['requre', 'sslmode in DATABASE_URL must be one of disable, no-verify, verify-ca, require, verify-full$'],
  ['toString', 'sslmode in DATABASE_URL must be one of'],
  ['verify-ca', 'needs sslrootcert'],
])('sslmode=%s is refused', async (sslmode, words) => {
  expect(await refusal(at(server.url, { sslmode }))).toMatch(new RegExp(words));
});

test.each(['SSLMODE', 'sslMode', 'sslaccept', 'requiressl', 'channel_binding', 'gssencmode', 'uselibpqcompat'])(
  '%s is refused, not passed over',
  async (name) => {
    expect(await refusal(at(server.url, { [name]: 'require' }))).toBe(
      `DATABASE_URL has ${name}, which is not supported: use sslmode and sslrootcert, sslcert, sslkey`,
    );
  },
);

test('files that cannot be used, or contradict the mode, are refused', async () => {
  expect(await refusal(at(server.url, { sslrootcert: '/nowhere.crt' }))).toMatch(
    /^the certificates for PostgreSQL cannot be used \(\/nowhere\.crt\): ENOENT/,
  );
  expect(await refusal(at(server.url, { sslcert: mine.certFile }))).toContain('sslcert and sslkey must stand');
  expect(await refusal(at(server.url, trusted('disable')))).toContain('ask for TLS');
});
