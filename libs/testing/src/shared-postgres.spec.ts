import pg from 'pg';
import { createDatabase } from './shared-postgres';

const serverPort = (url: string) => new URL(url).port;
const connects = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
};

test('databases of one test file share a server, which ends with the last of them', async () => {
  const [one, two] = await Promise.all([createDatabase(), createDatabase()]);
  expect(serverPort(one.url)).toBe(serverPort(two.url));
  expect(one.url).not.toBe(two.url);
  await one.drop();
  expect(await connects(two.url)).toBe(true);
  await two.drop();
  expect(await connects(two.url)).toBe(false);
});
