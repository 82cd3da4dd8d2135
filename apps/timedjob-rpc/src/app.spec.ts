import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope, serviceKeys, services } from '@alink/contract';
import { openDatabase } from '@alink/db';
import { createMemoryRegistry } from '@alink/discovery';
import { connectRpc } from '@alink/rpc';
import { createLogger, StartError } from '@alink/runtime';
import { PATIENCE_MS, startPostgres } from '@alink/testing';
import { createTimedjob } from './app';
import { soon, makeTask, startBed, type Bed } from '../test/bed';

const log = createLogger({ name: 'test', level: 'silent' });

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

    const channel = connectRpc('etcd:///timedjob.rpc', { registry: bed.registry, deadlineMs: PATIENCE_MS });
    expect((await channel.client(services.timedManage).TaskGroupIndex({})).total).toBe('1');
    channel.close();

    await stop();
    expect((await bed.registry.list(serviceKeys.timedjob)).size).toBe(0);
  });

  test('two instances start at once on an empty database', async () => {
    const empty = await startBed();
    try {
      const [a, b] = await Promise.all([empty.instance(), empty.instance()]);
      for (const { timed } of [a, b]) {
        expect(await timed.TaskGroupIndex({})).toMatchObject({ list: [{ code: 'unitedRhino-queue' }], total: '1' });
      }
    } finally {
      await empty.stop();
    }
  });

  test('a port in use is told, and what had started is stopped', async () => {
    const first = await bed.instance();
    const config = { HOST: '127.0.0.1', TIMEDJOB_GRPC_PORT: first.service.port, CRON_TIMEZONE: 'UTC' };
    const second = createTimedjob({ db: bed.db, bus: bed.bus, registry: bed.registry, config, log });
    await expect(second).rejects.toMatchObject({ cause: expect.any(StartError) });
    await expect(second).rejects.toThrow(`port ${first.service.port} is already in use; set TIMEDJOB_GRPC_PORT`);
    await first.stop();
  });

  test('runs on embedded parts, and goes on after the database was killed', async () => {
    const postgres = await startPostgres();
    const db = await openDatabase(postgres.url, { connectTimeoutMs: PATIENCE_MS });
    const [bus, registry] = [createMemoryBus(), createMemoryRegistry()];
    const config = { HOST: '127.0.0.1', TIMEDJOB_GRPC_PORT: 0, CRON_TIMEZONE: 'UTC' };
    const service = await createTimedjob({ db, bus, registry, config, log });
    const channel = connectRpc('etcd:///timedjob.rpc', { registry, deadlineMs: PATIENCE_MS });
    const timed = channel.client(services.timedManage);

    try {
      const { topic, groupCode } = await makeTask(timed, { type: 1, cronExpr: '@every 1s' });
      const heard: string[] = [];
      bus.subscribe(topic, ({ data }) => heard.push(decodeEnvelope(data.toString()).data));
      await soon(() => expect(heard.length).toBeGreaterThan(1));

      await postgres.kill();
      const away = { code: 100008, message: 'the database cannot be used now' };
      await soon(() => expect(timed.TaskGroupIndex({})).rejects.toMatchObject(away));
      // Asks the queue, which has connections of its own.
      await soon(() => expect(timed.TaskCancel({ taskID: 'any' })).rejects.toMatchObject(away));
      await postgres.restart();
      const before = heard.length;
      await soon(() => expect(heard.length).toBeGreaterThan(before + 1));
      const { list } = await timed.TaskLogIndex({ groupCode });
      expect(list[0]).toMatchObject({ resultCode: '200' });
    } finally {
      channel.close();
      await service.stop();
      await bus.close();
      await registry.close();
      await db.close();
      await postgres.stop();
    }
  }, 60_000); // PostgreSQL is made, killed and started again
});
