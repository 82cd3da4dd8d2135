/** The service on a real PostgreSQL and a real NATS, with as many instances as a test wants. */
import { connectNats, type Bus } from '@alink/bus';
import { decodeEnvelope, services, type Envelope } from '@alink/contract';
import { openDatabase, type Database } from '@alink/db';
import { createMemoryRegistry, type Registry } from '@alink/discovery';
import { connectRpc, type Client } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { createDatabase, eventually, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTimedjob, type Timedjob, type TimedjobConfig } from '../src/app';

type Timed = Client<typeof services.timedManage>;

export interface Instance {
  readonly timed: Timed;
  readonly service: Timedjob;
  /** Its connection. */
  readonly bus: Bus;
  /** Ends service, bus and database connection of this instance. */
  stop(): Promise<void>;
}

export interface Heard extends Envelope {
  readonly subject: string;
  /** When it arrived, unix milliseconds. */
  readonly at: number;
}

export interface Bed {
  readonly db: Database;
  readonly nats: TestNats;
  readonly registry: Registry;
  /** A connection that is none of the service's. */
  readonly bus: Bus;
  /** @param settings other than those of all tests */
  instance(settings?: Partial<TimedjobConfig>): Promise<Instance>;
  /** Everything published on the subject from now on: NATS knows of the subscription when this resolves. */
  listen(subject: string): Promise<Heard[]>;
  /** Resolves once NATS has done what `bus` had asked of it. */
  sync(): Promise<void>;
  stop(): Promise<void>;
}

const log = createLogger({ name: 'test', level: 'silent' });

export const startBed = async (): Promise<Bed> => {
  const [database, nats] = await Promise.all([createDatabase(), startNats()]);
  const db = await openDatabase(database.url, { connectTimeoutMs: PATIENCE_MS });
  const registry = createMemoryRegistry();
  const bus = await connectNats({ servers: nats.url, name: 'test' });
  const instances = new Set<Instance>();

  const instance = async (settings: Partial<TimedjobConfig> = {}): Promise<Instance> => {
    const own = await openDatabase(database.url, { connectTimeoutMs: PATIENCE_MS });
    const ownBus = await connectNats({ servers: nats.url, name: 'timedjob' });
    const config = { HOST: '127.0.0.1', TIMEDJOB_GRPC_PORT: 0, CRON_TIMEZONE: 'Asia/Shanghai', ...settings };
    const service = await createTimedjob({ db: own, bus: ownBus, registry, config, log });
    const channel = connectRpc(`127.0.0.1:${service.port}`, { deadlineMs: PATIENCE_MS });
    const started: Instance = {
      timed: channel.client(services.timedManage),
      service,
      bus: ownBus,
      stop: async () => {
        if (!instances.delete(started)) return;
        channel.close();
        await service.stop();
        await ownBus.close();
        await own.close();
      },
    };
    instances.add(started);
    return started;
  };

  const sync = async (): Promise<void> => {
    const subject = fresh('test.sync');
    const echo = bus.subscribe(subject, ({ respond }) => respond?.(''));
    await bus.request(subject, '', PATIENCE_MS).finally(() => echo.unsubscribe());
  };

  return {
    db,
    nats,
    registry,
    bus,
    instance,
    sync,
    listen: async (subject) => {
      const heard: Heard[] = [];
      bus.subscribe(subject, ({ subject: on, data }) => {
        heard.push({ subject: on, at: Date.now(), ...decodeEnvelope(data.toString()) });
      });
      await sync();
      return heard;
    },
    stop: async () => {
      await Promise.all([...instances].map((each) => each.stop()));
      await bus.close();
      await db.close();
      await Promise.all([database.drop(), nats.stop()]);
    },
  };
};

/** Resolves once the check holds. */
export const soon = eventually;

/** Resolves once nothing more arrives, for longer than tasks that run every second would be silent. */
export const quiet = (heard: readonly unknown[]): Promise<void> =>
  soon(async () => {
    const before = heard.length;
    await sleep(2500);
    if (heard.length !== before) throw new Error(`still arriving: ${heard.length}`);
  });

let names = 0;
/** A code or subject that nothing else uses. */
export const fresh = (what: string): string => `${what}${++names}`;

/** A group of type queue. */
export const makeGroup = async (timed: Timed, group: Parameters<Timed['TaskGroupCreate']>[0] = {}): Promise<string> => {
  const code = fresh('group');
  await timed.TaskGroupCreate({ code, name: 'jobs', type: 'queue', subType: 'nats', ...group });
  return code;
};

/** A task in a group of its own that publishes "tick" on a subject of its own. */
export const makeTask = async (
  timed: Timed,
  task: Parameters<Timed['TaskInfoCreate']>[0],
  group?: Parameters<Timed['TaskGroupCreate']>[0],
): Promise<{ groupCode: string; code: string; topic: string }> => {
  const groupCode = await makeGroup(timed, group);
  const code = fresh('task');
  const topic = fresh('test.topic');
  const params = JSON.stringify({ topic, payload: 'tick' });
  await timed.TaskInfoCreate({ groupCode, code, name: 'a task', params, ...task });
  return { groupCode, code, topic };
};
