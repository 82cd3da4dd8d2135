/** A database as it was before groups, categories, versions and custom topics were tables: what an update keeps of its rows. */
import { createDatabase, type TestDatabase } from '@alink/testing';
import { Client } from 'pg';
import { findPrismaFolder, readMigrations } from './migration-files';

/** The first migration that such a database lacks. */
const FIRST_NEW = '20261130020000_desired_value';

const EXTRA = {
  groupIDs: ['7'],
  groupPurpose: 'default',
  BelongGroup: { default: { ids: ['7'] } },
  version: { value: '1.2' },
  ratedPower: '40',
  rssi: { value: '-60' },
  areaID: '70',
};

let database: TestDatabase;
let client: Client;
const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).rows;
beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
  const migrations = await readMigrations(findPrismaFolder());
  const at = migrations.findIndex(({ name }) => name === FIRST_NEW);
  for (const { sql } of migrations.slice(0, at)) await client.query(sql);
  await client.query(`
    INSERT INTO product (product_id, product_key, product_name, secret, auth_mode, device_type, net_type, protocol_code,
      auto_register, status, category_id, updated_at)
    VALUES ('p', 'p', 'p', 'sealed', 2, 1, 1, 'aliyunMqtt', 1, 1, 7, now()), ('q', 'q', 'q', '', 2, 1, 1, 'aliyunMqtt', 1, 1, 2, now())`);
  await client.query(
    `INSERT INTO device (id, product_id, device_name, secret, extra, tags, updated_at)
     VALUES (7, 'p', 'd', 'sealed', $1, '{"site":"hall"}', now()), (8, 'p', 'plain', '', '{}', '{}', now())`,
    [EXTRA],
  );
  await client.query(`INSERT INTO waiting_value (device_id, identifier, value, updated_at) VALUES (7, 'rpm', '5', 1)`);
  for (const { sql } of migrations.slice(at)) await client.query(sql);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

test('devices keep their secret, tags and fields, but the groups that nothing stood behind', async () => {
  const { areaID, version, ratedPower, rssi } = EXTRA;
  expect(await rows('SELECT secret, tags, extra FROM device ORDER BY id')).toEqual([
    { secret: 'sealed', tags: { site: 'hall' }, extra: { areaID, version, ratedPower, rssi } },
    { secret: '', tags: {}, extra: {} },
  ]);
  expect(await rows('SELECT * FROM group_member')).toEqual([]);
});

test('numbers and versions of devices are found by what their records have', async () => {
  expect(await rows('SELECT rated_power, rssi, exp_time FROM device ORDER BY id')).toEqual([
    { rated_power: '40', rssi: '-60', exp_time: null },
    { rated_power: '0', rssi: '0', exp_time: null },
  ]);
  expect(await rows('SELECT device_id, module_code, version FROM device_module_version')).toEqual([
    { device_id: '7', module_code: 'default', version: '1.2' },
  ]);
});

test('a value that waits is sent in whichever session comes', async () => {
  expect(await rows('SELECT value, is_waiting, sent_in FROM desired_value')).toEqual([
    { value: '5', is_waiting: true, sent_in: '' },
  ]);
});

test('products keep the number of their category, and no new category has it', async () => {
  expect(await rows('SELECT product_id, secret, category_id FROM product ORDER BY 1')).toEqual([
    { product_id: 'p', secret: 'sealed', category_id: '7' },
    { product_id: 'q', secret: '', category_id: '2' },
  ]);
  expect(await rows(`INSERT INTO product_category (id_path, name) VALUES ('', 'lights') RETURNING id`)).toEqual([
    { id: '8' },
  ]);
});

test('groups begin with 3, and every product has the topics that a new one begins with', async () => {
  expect(await rows(`INSERT INTO device_group (purpose, name) VALUES ('default', 'g') RETURNING id`)).toEqual([
    { id: '3' },
  ]);
  expect(await rows('SELECT product_id, count(*)::int AS topics FROM topic_class GROUP BY 1 ORDER BY 1')).toEqual([
    { product_id: 'p', topics: 3 },
    { product_id: 'q', topics: 3 },
  ]);
});
