import { services, type Service } from '@alink/contract';
import { connectRpc, startRpcServer, type RpcChannel, type RpcServer, type ServedService } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { DmKind } from './dm-kind';
import { DirectoryUnavailable } from './records';
import { RpcDirectorySource } from './rpc-source';

const log = createLogger({ name: 'test', level: 'fatal' });
let server: RpcServer;
let channel: RpcChannel;

/** A dm.rpc on a real socket with these services, each of whose methods answers with nothing. */
const serve = async (...served: Service[]): Promise<{ source: RpcDirectorySource; dmKind: DmKind }> => {
  const silent = (service: Service): ServedService => ({
    service,
    handlers: Object.fromEntries(Object.keys(service.definition).map((method) => [method, async () => ({})])),
  });
  server = await startRpcServer({ host: '127.0.0.1', port: 0, services: served.map(silent), log });
  channel = connectRpc(`127.0.0.1:${server.port}`, { log });
  const dmKind = new DmKind();
  return { source: new RpcDirectorySource(channel, dmKind, log), dmKind };
};
afterEach(async () => {
  channel.close();
  await server.stop();
});

test('a dm.rpc with our services is ours', async () => {
  const { source, dmKind } = await serve(services.deviceManage, services.productManage, services.directory);
  expect(await source.resolve([], [])).toEqual({ devices: [], products: [] });
  expect(dmKind.isForeign).toBe(false);
});

test('one that lacks them is unitedrhino’s, which the first question shows, also one about nothing', async () => {
  const { source, dmKind } = await serve(services.deviceManage, services.productManage);
  expect(await source.resolve([], [])).toEqual({ devices: [], products: [] });
  expect(dmKind.isForeign).toBe(true);
});

test('one that cannot be asked is nobody’s yet', async () => {
  const { source, dmKind } = await serve(services.directory);
  await server.stop();
  await expect(source.resolve([], [])).rejects.toThrow(DirectoryUnavailable);
  expect(dmKind.isForeign).toBe(false);
});
