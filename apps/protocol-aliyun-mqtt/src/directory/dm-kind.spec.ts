import { services, type Service } from '@alink/contract';
import { connectRpc, startRpcServer, type RpcChannel, type RpcServer, type ServedService } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { findDmKind } from './dm-kind';
import { DirectoryUnavailable } from './records';

const log = createLogger({ name: 'test', level: 'fatal' });
let server: RpcServer;
let channel: RpcChannel;

/** A dm.rpc on a real socket with these services, each of whose methods answers with nothing. */
const serve = async (...served: Service[]): Promise<void> => {
  const silent = (service: Service): ServedService => ({
    service,
    handlers: Object.fromEntries(Object.keys(service.definition).map((method) => [method, async () => ({})])),
  });
  server = await startRpcServer({ host: '127.0.0.1', port: 0, services: served.map(silent), log });
  channel = connectRpc(`127.0.0.1:${server.port}`, { log });
};
afterEach(async () => {
  channel.close();
  await server.stop();
});

test('a dm.rpc with our services is ours', async () => {
  await serve(services.deviceManage, services.productManage, services.directory);
  expect(await findDmKind(channel, log)).toBe('ours');
});

test('one that lacks them is unitedrhino’s, which a question about nothing shows', async () => {
  await serve(services.deviceManage, services.productManage);
  expect(await findDmKind(channel, log)).toBe('unitedrhino');
});

test('one that cannot be asked is nobody’s yet', async () => {
  await serve(services.directory);
  await server.stop();
  await expect(findDmKind(channel, log)).rejects.toThrow(DirectoryUnavailable);
});
