import { serviceKeys } from '@alink/contract';
import { connectRpc } from '@alink/rpc';
import { services } from '@alink/contract';
import { StartError } from '@alink/runtime';
import { eventually } from '@alink/testing';
import { createTimedjob } from './app';
import { startBed, type Bed } from '../test/bed';

let bed: Bed;
beforeAll(async () => {
  bed = await startBed();
});
afterAll(() => bed.stop());

describe('createTimedjob', () => {
  test('stands in the registry while it runs, and is found there', async () => {
    const { service, stop } = await bed.instance();
    const address = `127.0.0.1:${service.port}`;
    expect([...(await bed.registry.list(serviceKeys.timedjob)).values()]).toEqual([address]);

    const channel = connectRpc('etcd:///timedjob.rpc', { registry: bed.registry });
    expect(await channel.client(services.timedManage).TaskGroupIndex({})).toEqual({ list: [], total: '0' });
    channel.close();

    await stop();
    expect((await bed.registry.list(serviceKeys.timedjob)).size).toBe(0);
  });

  test('two instances start at once on an empty database', async () => {
    const [a, b] = await Promise.all([bed.instance(), bed.instance()]);
    await eventually(async () => {
      expect(await a.timed.TaskGroupIndex({})).toEqual(await b.timed.TaskGroupIndex({}));
    });
    await Promise.all([a.stop(), b.stop()]);
  });

  test('a port in use is told, and what had started is stopped', async () => {
    const first = await bed.instance();
    const config = { HOST: '127.0.0.1', TIMEDJOB_GRPC_PORT: first.service.port };
    const log = (await import('@alink/runtime')).createLogger({ name: 'test', level: 'silent' });
    const second = createTimedjob({ db: bed.db, bus: bed.bus, registry: bed.registry, config, log });
    await expect(second).rejects.toMatchObject({ cause: expect.any(StartError) });
    await expect(second).rejects.toThrow(`port ${first.service.port} is already in use; set TIMEDJOB_GRPC_PORT`);
    await first.stop();
  });
});
