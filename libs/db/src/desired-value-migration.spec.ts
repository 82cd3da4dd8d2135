/** Values that waited for devices before there were desired values: an update of the platform must not lose them. */
import { createDatabase, type TestDatabase } from '@alink/testing';
import { Client } from 'pg';
import { findPrismaFolder, readMigrations } from './migration-files';

const NAME = '20261130020000_desired_value';

let database: TestDatabase;
let client: Client;
beforeAll(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

test('what waited waits on, as the first version, and still goes with its device', async () => {
  const migrations = await readMigrations(findPrismaFolder());
  const at = migrations.findIndex(({ name }) => name === NAME);
  for (const { sql } of migrations.slice(0, at)) await client.query(sql);
  await client.query(`
    INSERT INTO product (product_id, product_key, product_name, secret, auth_mode, device_type, net_type, protocol_code,
      auto_register, status, updated_at) VALUES ('p', 'p', 'p', '', 2, 1, 1, 'aliyunMqtt', 1, 1, now());
    INSERT INTO device (id, product_id, device_name, secret, updated_at) VALUES (7, 'p', 'd', '', now());
    INSERT INTO waiting_value (device_id, identifier, value, updated_at) VALUES (7, 'rpm', '5', 1778593628940)`);
  await client.query(migrations[at]!.sql);
  const { rows } = await client.query('SELECT * FROM desired_value');
  expect(rows).toEqual([
    { device_id: '7', identifier: 'rpm', value: '5', version: '1', is_waiting: true, updated_at: '1778593628940' },
  ]);
  await client.query('DELETE FROM device');
  expect((await client.query('SELECT * FROM desired_value')).rows).toEqual([]);
});
