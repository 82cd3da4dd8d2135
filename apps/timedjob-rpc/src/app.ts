/** The service `timedjob.rpc`, put together. */
import type { Bus } from '@alink/bus';
import { serviceKeys, services } from '@alink/contract';
import { databaseFault, type Database } from '@alink/db';
import { publishedHost, type Registration, type Registry } from '@alink/discovery';
import {
  etcdPart,
  natsPart,
  postgresPart,
  rpcServerSettings,
  serve,
  startRpcServer,
  withDatabaseErrors,
  type RpcServer,
  type WatchedFacts,
} from '@alink/rpc';
import {
  componentLogger,
  PartWatch,
  startAll,
  systemClock,
  type Clock,
  type Logger,
  type Metrics,
} from '@alink/runtime';
import { hostPort } from '@alink/text';
import type { TimedjobConfig } from './config';
import { JobQueue } from './queue/job-queue';
import { groupHandlers } from './rpc/groups';
import { logHandlers } from './rpc/logs';
import { sendHandlers } from './rpc/sends';
import { taskHandlers } from './rpc/tasks';
import { makeStandingGroup } from './standing-group';
import { TaskChanges } from './task-changes';
import { TaskLog } from './task-log';
import { TaskRunner } from './task-runner';
import { TaskScheduler } from './task-scheduler';
import { Triggers } from './triggers';

export { timedjobSchema, type TimedjobConfig } from './config';

export interface TimedjobOptions {
  /** Where groups, tasks and logs are kept; stays open when the service stops, like bus and registry. */
  readonly db: Database;
  /** Where the queue is kept (schema `pgboss_timedjob`); the same database when left out. */
  readonly databaseUrl?: string;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly config: TimedjobConfig;
  readonly log: Logger;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
}

export interface Timedjob {
  /** Port of the gRPC server. */
  readonly port: number;
  /** True while it can do its work, else what is missing, in words. */
  readonly ready: true | string;
  /** Withdraws from the registry, lets runs and calls under way finish, and stops; idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the service: queue, timing tasks, triggers, gRPC, registration.
 * @throws {Error} naming the part that did not start; its cause is a StartError when the port is taken
 */
export const createTimedjob = async (options: TimedjobOptions): Promise<Timedjob> => {
  const { db, bus, registry, config, log, clock = systemClock } = options;
  const grpc = rpcServerSettings(config);
  const { prisma } = db;
  const part = (name: string) => componentLogger(log, name);
  const queue = new JobQueue({ databaseUrl: options.databaseUrl ?? db.url, log: part('queue') });
  const scheduler = new TaskScheduler({ prisma, queue, clock, timeZone: config.CRON_TIMEZONE, log: part('scheduler') });
  const triggers = new Triggers(prisma, bus, queue, clock, part('triggers'));
  const taskLog = new TaskLog(prisma, part('log'));
  const runner = new TaskRunner(prisma, bus, scheduler, taskLog, clock, part('runner'));
  const changes = new TaskChanges(queue, scheduler, triggers);
  const handlers = {
    ...groupHandlers(prisma, changes),
    ...taskHandlers({ prisma, scheduler, changes }),
    ...sendHandlers({ prisma, queue, runner, clock }),
    ...logHandlers(prisma),
  };

  const onFailure = (err: unknown) => log.error({ err }, 'the database failed a call');

  const watch = new PartWatch<WatchedFacts>([
    postgresPart(() => prisma.$queryRaw`SELECT 1`),
    natsPart(bus),
    etcdPart(registry, serviceKeys.timedjob),
  ]);
  let server: RpcServer | undefined;
  let registration: Registration | undefined;
  const startServer = async () => {
    server = await startRpcServer({
      ...grpc,
      port: config.TIMEDJOB_GRPC_PORT,
      portVariable: 'TIMEDJOB_GRPC_PORT',
      services: [serve(services.timedManage, withDatabaseErrors(handlers, { faultOf: databaseFault, onFailure }))],
      watch,
      log: part('rpc'),
      metrics: options.metrics,
    });
  };
  const register = async () => {
    const address = hostPort(publishedHost(grpc.host, config.POD_IP), server?.port ?? 0);
    registration = await registry.register(serviceKeys.timedjob, address);
  };

  const running = await startAll(
    [
      { name: 'watch', start: () => watch.start(), stop: async () => watch.stop() },
      { name: 'queue', start: () => queue.start(), stop: () => queue.stop() },
      { name: 'groups', start: () => makeStandingGroup(prisma), stop: async () => undefined },
      { name: 'task log', start: async () => taskLog.start(), stop: async () => taskLog.stop() },
      { name: 'scheduler', start: () => scheduler.start(), stop: async () => scheduler.stop() },
      { name: 'triggers', start: () => triggers.start(), stop: () => triggers.stop() },
      {
        name: 'runs',
        start: async () => queue.work((attempt) => runner.run(attempt)),
        stop: () => queue.drain(),
        stopTimeoutMs: 40_000,
      },
      { name: 'gRPC', start: startServer, stop: async () => server?.stop() },
      { name: 'registration', start: register, stop: async () => registration?.withdraw() },
    ],
    log,
  );
  return {
    port: server?.port ?? 0,
    get ready() {
      return watch.ready;
    },
    stop: () => running.stop(),
  };
};
