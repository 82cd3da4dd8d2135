/** The platform in one process: product and device management, jobs and the node, on embedded parts where none are given. */
import { createDm, type Dm } from '@alink/app-dm-rpc';
import { createNode, type RunningNode, type NodeOptions } from '@alink/app-protocol-aliyun-mqtt';
import { createTimedjob, type Timedjob } from '@alink/app-timedjob-rpc';
import { connectNats, createMemoryBus, natsSettings, type Bus, type Subscription } from '@alink/bus';
import { serviceKeys } from '@alink/contract';
import {
  createSecretBox,
  loadSecretKeyFile,
  openDatabase,
  parseSecretKey,
  startEmbeddedPostgres,
  type Database,
  type EmbeddedPostgres,
} from '@alink/db';
import { connectEtcd, createMemoryRegistry, etcdSettings, publishedHost, type Registry } from '@alink/discovery';
import { connectRpc, rpcClientSettings, rpcServerSettings } from '@alink/rpc';
import { startAll, untilAvailable, type Logger, type Part, type Running } from '@alink/runtime';
import { hostPort } from '@alink/text';
import type { StandaloneConfig } from './config';
import { createDemoData } from './demo-data';
import { checkOwnCalls } from './own-calls';
import { checkPorts } from './ports';
import { onUndelivered } from './undelivered';
import type { WelcomeFacts } from './welcome';

export interface StandaloneOptions {
  readonly config: StandaloneConfig;
  readonly log: Logger;
  readonly onActivity?: NodeOptions['onActivity'];
  /** Aborted when the process is told to end: the start stops at the next part. */
  readonly signal?: AbortSignal;
}

export interface Standalone extends Running {
  readonly ports: WelcomeFacts['ports'];
  /** Where the certificates of the device ports come from. */
  readonly certificates: string;
}

type Ports = Readonly<Record<string, number>>;

/** Every port of the configuration, by its variable: those of gRPC, and all others. */
const portsOf = (config: StandaloneConfig): readonly [grpc: Ports, devices: Ports] => {
  const ports = Object.entries(config).filter((entry): entry is [string, number] => /_PORT$/.test(entry[0]));
  const isGrpc = ([name]: [string, number]) => name.endsWith('_GRPC_PORT');
  return [Object.fromEntries(ports.filter(isGrpc)), Object.fromEntries(ports.filter((entry) => !isGrpc(entry)))];
};

/**
 * Starts everything in order; stops in the reverse.
 * @throws {StartError} when a port is taken or gRPC would be open to the public, before anything is started
 * @throws {Error} naming the part that did not start; what already ran has been stopped
 */
export const createStandalone = async ({ config: given, ...options }: StandaloneOptions): Promise<Standalone> => {
  const { log, onActivity, signal } = options;
  const config = { ...given, FILES_BASE_URL: given.FILES_BASE_URL ?? ownBaseUrl(given) };
  const grpc = rpcServerSettings(config);
  const security = rpcClientSettings(config);
  const { NATS_URL, ETCD_HOSTS } = config;
  const natsAt = NATS_URL === undefined ? undefined : natsSettings({ ...config, NATS_URL });
  const etcdAt = ETCD_HOSTS === undefined ? undefined : etcdSettings({ ...config, ETCD_HOSTS });
  const timeoutMs = config.STARTUP_TIMEOUT_S * 1000;
  checkOwnCalls(config);
  const [grpcPorts, devicePorts] = portsOf(config);
  await checkPorts(grpc.host, grpcPorts);
  await checkPorts(config.HOST, devicePorts);

  let postgres: EmbeddedPostgres | undefined;
  let database!: Database;
  let bus!: Bus;
  let registry!: Registry;
  let dm!: Dm;
  let timedjob!: Timedjob;
  let node!: RunningNode;
  let undelivered: Subscription | undefined;

  const parts: readonly Part[] = [
    {
      name: 'PostgreSQL',
      start: async () => {
        if (!config.DATABASE_URL) postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, log });
      },
      stop: async () => postgres?.stop(),
    },
    {
      name: 'database',
      start: async () => {
        database = await openDatabase(config.DATABASE_URL ?? postgres!.url, { log });
      },
      stop: () => database.close(),
    },
    {
      name: 'message bus',
      start: async () => {
        bus = natsAt
          ? await connectNats({ ...natsAt, name: 'standalone', connectTimeoutMs: timeoutMs, logger: log })
          : createMemoryBus({ logger: log });
      },
      stop: () => bus.close(),
    },
    {
      name: 'registry',
      start: async () => {
        registry = etcdAt ? connectEtcd({ ...etcdAt, logger: log }) : createMemoryRegistry({ logger: log });
      },
      stop: () => registry.close(),
    },
    {
      // Registering waits for ever, and without saying why; a start does not.
      name: 'etcd',
      start: async () => {
        const look = () => registry.list(serviceKeys.dm);
        if (etcdAt) await untilAvailable('etcd', look, { timeoutMs, log, signal });
      },
      stop: () => Promise.resolve(),
    },
    {
      name: 'dm.rpc',
      start: async () => {
        const key = config.SECRET_KEY ? parseSecretKey(config.SECRET_KEY) : await loadSecretKeyFile(config.DATA_DIR);
        const formerKeys = (config.SECRET_KEYS_OLD?.split(',') ?? []).map(parseSecretKey);
        const secretBox = createSecretBox(key, formerKeys);
        dm = await createDm({ config, db: database, bus, registry, secretBox, log });
      },
      stop: () => dm.stop(),
    },
    {
      name: 'timedjob.rpc',
      start: async () => {
        timedjob = await createTimedjob({ config, db: database, bus, registry, log });
      },
      stop: () => timedjob.stop(),
    },
    {
      name: 'screen',
      start: async () => {
        if (onActivity) undelivered = onUndelivered(bus, onActivity);
      },
      stop: async () => undelivered?.unsubscribe(),
    },
    {
      name: 'node',
      start: async () => {
        // Reports are kept here only when the database keeps them.
        const ready = () => (dm.ready === true ? timedjob.ready : dm.ready);
        node = await createNode({ config, bus, registry, log, onActivity, ready, signal });
      },
      stop: () => node.stop(),
    },
    {
      name: 'demo',
      start: async () => {
        if (!config.DEMO) return;
        const channel = connectRpc('etcd:///dm.rpc', { registry, log, security });
        await createDemoData(channel).finally(() => channel.close());
      },
      stop: () => Promise.resolve(),
    },
  ];
  const running = await startAll(
    parts.map((part) => stoppable(part, signal)),
    log,
  );
  const ports = {
    mqtt: node.mqttPort,
    mqttTls: node.tlsPort,
    mqttWebSocket: node.wsPort,
    nodeGrpc: node.grpcPort,
    nodeHttp: node.httpPort,
    dm: dm.port,
    timedjob: timedjob.port,
  };
  return { ports, certificates: node.certificates, stop: () => running.stop() };
};

/** The node's own HTTP port: what SDKs for C cannot reach, which know no other ports than 80 and 443, but all others can. */
const ownBaseUrl = ({ HOST, POD_IP, GATEWAY_HTTP_PORT }: StandaloneConfig): string =>
  `http://${hostPort(publishedHost(HOST, POD_IP), GATEWAY_HTTP_PORT)}`;

/** The part, not started any more once the process is told to end. */
const stoppable = (part: Part, signal?: AbortSignal): Part => ({
  ...part,
  start: async () => {
    signal?.throwIfAborted();
    await part.start();
  },
});
