import type { Bus } from '@alink/bus';
import { serviceKeys, services } from '@alink/contract';
import { databaseFault, startPartitionMaintenance, type Database, type SecretBox } from '@alink/db';
import { publishedHost, type Registration, type Registry } from '@alink/discovery';
import {
  etcdPart,
  natsPart,
  postgresPart,
  rpcServerSettings,
  serve,
  startRpcServer,
  withDatabaseErrors,
  withRights,
  type Handlers,
  type ServedService,
  type WatchedFacts,
} from '@alink/rpc';
import { componentLogger, PartWatch, startAll, type Logger, type Metrics, type Part } from '@alink/runtime';
import { hostPort } from '@alink/text';
import { AuditLog } from './audit/audit-log';
import { Changes } from './changes';
import type { DmConfig } from './config';
import type { DmContext } from './context';
import { DeletedDevices } from './deleted-devices';
import { DesiredPush } from './domains/desired/push';
import { desiredHandlers } from './domains/desired/service';
import { commonDefinitionHandlers } from './domains/definitions/common-service';
import { catalogHandlers } from './domains/products/service';
import { groupHandlers } from './domains/groups/service';
import { JobNotices } from './domains/jobs/notices';
import { deviceJobs } from './domains/jobs/service';
import { startTaskTimeouts } from './domains/jobs/timeouts';
import { files, NO_BASE_URL } from './domains/config/links';
import { ConfigurationPush } from './domains/config/push';
import { configurations } from './domains/config/service';
import { LogModeNews } from './domains/device-log/mode-news';
import { deviceLogs } from './domains/device-log/service';
import { requests } from './domains/requests';
import { shadowHandlers } from './domains/shadow/service';
import { TopologyNotices } from './domains/topology/notices';
import { tagHandlers } from './domains/tags/service';
import { topics } from './domains/topics/service';
import { createSinks } from './ingest/sinks';
import { ApplicationNews } from './ingest/application-news';
import { startConsuming } from './ingest/consume';
import { ForeignQuestions } from './ingest/foreign/foreign-questions';
import { ForeignReports } from './ingest/foreign/foreign-reports';
import { OnlineByReport } from './ingest/foreign/online-by-report';
import { takeStatuses } from './ingest/foreign/take-statuses';
import { takeUplinks } from './ingest/foreign/take-uplinks';
import { NodeWatch } from './presence/node-watch';
import { RestlessDevices } from './presence/restless-devices';
import { PresenceNews } from './presence/presence-news';
import { sessionAccounts } from './presence/session-accounts';
import { rights, type ServiceName } from './rights';
import { credentials } from './services/credentials/credentials';
import { deviceAdmin } from './services/device-admin/device-admin';
import { CommandSender } from './services/device-interact/command-sender';
import { deviceInteract } from './services/device-interact/device-interact';
import { WaitingCommands } from './services/device-interact/waiting-commands';
import { deviceManage } from './services/device-manage/device-manage';
import { deviceMsg } from './services/device-msg/device-msg';
import { directory } from './services/directory/directory';
import { CompiledModels } from './services/product-manage/compiled-models';
import { otaManage } from './services/ota-manage/ota-manage';
import { productManage } from './services/product-manage/product-manage';
import { protocolManage } from './services/protocol-manage/protocol-manage';
import { remoteConfig } from './services/remote-config/remote-config';
import { userDevice } from './services/user-device';
import { checkStoredKeys } from './stored-keys';

export interface DmOptions {
  readonly config: DmConfig;
  readonly db: Database;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly secretBox: SecretBox;
  readonly log: Logger;
  readonly metrics?: Metrics;
  /** Unix milliseconds. */
  readonly now?: () => number;
}

export interface Dm {
  /** Where gRPC is served. */
  readonly port: number;
  /** True while it can do its work, else what is missing, in words. */
  readonly ready: true | string;
  /** Withdraws the registration, ends the calls under way and the batch at hand. What it was given stays open. */
  stop(): Promise<void>;
}

/** A part of which `start` makes what `stop` ends. */
const part = <T>(name: string, start: () => Promise<T>, stop: (made: T) => Promise<void>): Part => {
  let made: T | undefined;
  return {
    name,
    start: async () => (made = await start()),
    stop: async () => {
      if (made !== undefined) await stop(made);
    },
  };
};

/**
 * Device management: serves gRPC, consumes what nodes put into the stream, keeps presence right.
 * @throws {StartError} when the keys at hand are not those of the stored secrets
 * @throws {Error} when a part does not start; what had started is stopped again
 */
export const createDm = async (options: DmOptions): Promise<Dm> => {
  const { config, db, bus, registry, secretBox, log, metrics, now = Date.now } = options;
  const grpc = rpcServerSettings(config);
  const { prisma } = db;
  await checkStoredKeys(prisma, secretBox);
  const changes = new Changes(bus, now);
  const deletedDevices = new DeletedDevices(prisma, log);
  const audit = new AuditLog(prisma, now);
  const models = new CompiledModels(prisma);
  const applicationNews = new ApplicationNews(bus, now);
  const topologyNotices = new TopologyNotices({ prisma, bus, log, now });
  const context: DmContext = {
    prisma,
    bus,
    secretBox,
    changes,
    logModes: new LogModeNews(prisma, bus, now),
    topologyNotices,
    deletedDevices,
    audit,
    models,
    applicationNews,
    filesBaseUrl: config.FILES_BASE_URL,
    subDevicesPerGateway: config.SUB_DEVICES_PER_GATEWAY,
    log,
    now,
  };

  const waiting = new WaitingCommands();
  const sender = new CommandSender(context, waiting);
  const configurationPush = new ConfigurationPush(context, sender);
  const desiredPush = new DesiredPush(context, sender);
  const presenceNews = new PresenceNews(applicationNews);
  presenceNews.onOnline((changes) => desiredPush.devicesOnline(changes));
  const jobNotices = new JobNotices(context);
  presenceNews.onOnline((changes) => jobNotices.devicesOnline(changes));
  const ingestLog = componentLogger(log, 'ingest');
  const onlineByReport = new OnlineByReport({ bus, prisma, log: ingestLog, now });
  const restless = new RestlessDevices(prisma, log, now);
  const nodeWatch = new NodeWatch({ prisma, bus, registry, news: presenceNews, log, now });

  const served: ServedService[] = [
    guarded('productManage', productManage(context)),
    guarded('deviceManage', deviceManage(context, presenceNews)),
    guarded('deviceMsg', deviceMsg(context)),
    guarded('deviceInteract', deviceInteract(context, sender, desiredPush)),
    guarded('deviceGroup', groupHandlers(context)),
    guarded('schemaManage', commonDefinitionHandlers(context)),
    guarded('userDevice', userDevice()),
    guarded('catalog', catalogHandlers(context)),
    guarded('remoteConfig', remoteConfig(context, configurationPush)),
    guarded('configurations', configurations(context, configurationPush)),
    guarded('files', files(context)),
    guarded('deviceLogs', deviceLogs(context)),
    guarded('otaManage', otaManage()),
    guarded('protocolManage', protocolManage(context)),
    guarded('directory', directory(context)),
    guarded('requests', requests(context)),
    guarded('presence', sessionAccounts(context, presenceNews)),
    guarded('credentials', credentials(context)),
    guarded('desired', desiredHandlers(context, desiredPush)),
    guarded('shadow', shadowHandlers(context)),
    guarded('topics', topics(context, sender, registry)),
    guarded('deviceJobs', deviceJobs(context, jobNotices)),
    guarded('deviceAdmin', { ...deviceAdmin(context, sender), ...tagHandlers(context) }),
  ];
  function guarded<Name extends ServiceName>(name: Name, handlers: Handlers<(typeof services)[Name]>): ServedService {
    const service = services[name];
    const onFailure = (err: unknown) => log.error({ err }, 'the database failed a call');
    const steady = withDatabaseErrors(handlers, { faultOf: databaseFault, onFailure });
    return serve(service, withRights(service, steady, rights[name], config.CALLERS_WITHOUT_USER));
  }

  const watch = new PartWatch<WatchedFacts>([
    postgresPart(() => prisma.$queryRaw`SELECT 1`),
    natsPart(bus),
    etcdPart(registry, serviceKeys.dm),
  ]);
  let port = 0;
  const running = await startAll(
    [
      { name: 'watch', start: () => watch.start(), stop: async () => watch.stop() },
      part(
        'partitions',
        () => startPartitionMaintenance(prisma, { retentionDays: config.RETENTION_DAYS, log, now }),
        (maintenance) => maintenance.stop(),
      ),
      { name: 'deleted devices', start: async () => deletedDevices.start(), stop: () => deletedDevices.stop() },
      { name: 'desired values', start: async () => undefined, stop: () => desiredPush.stop() },
      { name: 'topology notices', start: async () => undefined, stop: () => topologyNotices.stop() },
      { name: 'job notices', start: async () => undefined, stop: () => jobNotices.stop() },
      part(
        'task timeouts',
        async () => startTaskTimeouts(context),
        (timeouts) => timeouts.stop(),
      ),
      { name: 'online by report', start: async () => undefined, stop: async () => onlineByReport.stop() },
      part(
        'consumer',
        () =>
          startConsuming({
            bus,
            prisma,
            presenceNews,
            applicationNews,
            models,
            sinks: createSinks((replies) => waiting.settle(replies)),
            foreignReports: new ForeignReports(bus, onlineByReport, now),
            log: ingestLog,
          }),
        (consumer) => consumer.stop(),
      ),
      part(
        'foreign nodes',
        async () => {
          const questions = new ForeignQuestions({ bus, context, log: ingestLog, now });
          return [takeStatuses({ bus, log: ingestLog }), takeUplinks({ bus, questions, log: ingestLog, now })];
        },
        async (listening) => listening.forEach((each) => each.stop()),
      ),
      { name: 'restless devices', start: async () => restless.start(), stop: () => restless.stop() },
      { name: 'node watch', start: () => nodeWatch.start(), stop: () => nodeWatch.stop() },
      part(
        'gRPC server',
        async () => {
          const server = await startRpcServer({
            ...grpc,
            port: config.DM_GRPC_PORT,
            portVariable: 'DM_GRPC_PORT',
            services: served,
            watch,
            log,
            metrics,
          });
          port = server.port;
          return server;
        },
        (server) => server.stop(),
      ),
      part<Registration>(
        'registration',
        () => registry.register(serviceKeys.dm, hostPort(publishedHost(grpc.host, config.POD_IP), port)),
        (registration) => registration.withdraw(),
      ),
    ],
    log,
  );
  // What was committed while the bus was away, or by a process that died before it told, nobody has heard of.
  changes.anythingChanged();
  bus.onReconnect(() => changes.anythingChanged());
  if (config.FILES_BASE_URL === undefined) log.info(NO_BASE_URL);
  log.info({ port, host: grpc.host }, 'dm.rpc serves');
  return {
    port,
    get ready() {
      return watch.ready;
    },
    stop: () => running.stop(),
  };
};
