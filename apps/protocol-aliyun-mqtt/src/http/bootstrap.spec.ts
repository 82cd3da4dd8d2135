/** Where a device shall connect, over real HTTP. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createOpsServer, createLogger, createMetrics } from '@alink/runtime';
import { bootstrapRoutes } from './bootstrap';

const log = createLogger({ name: 'test', level: 'fatal' });
const extra = bootstrapRoutes(({ headers }) => ({ host: String(headers.host).replace(/:\d+$/, ''), port: 1883 }));
const server = createOpsServer({ metrics: createMetrics('test'), ready: () => true, extra, log });
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
const ask = async (path: string, init: RequestInit = {}): Promise<[number, string]> => {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, init);
  return [response.status, await response.text()];
};

const ANSWER = '{"code":200,"data":{"resources":{"mqtt":{"host":"127.0.0.1","port":1883}}},"message":"success"}';

test('the form of the Link SDK for C 4.x is answered with host and port', async () => {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded;charset=utf-8' };
  const body = 'productKey=a1X&deviceName=d1&clientId=a1X.d1&resources=mqtt';
  expect(await ask('/auth/bootstrap', { method: 'POST', headers, body })).toEqual([200, ANSWER]);
});

test('so is a device that asks by its region, whatever that is', async () => {
  expect(await ask('/auth/bootstrap/regionId/cn-shanghai')).toEqual([200, ANSWER]);
});

test.each(['/auth/bootstrap', '/auth/bootstrap/regionId'])('nothing else is there: GET %s', async (path) => {
  expect((await ask(path))[0]).toBe(404);
});
