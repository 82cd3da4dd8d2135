/**
 * The device side of a gateway on real ports, in this process: everything from accept to the bus. The bus is the
 * in-process one; what dm.rpc would know is given as a list, because nothing here is about dm.rpc.
 */
import { readFileSync } from 'node:fs';
import { createMemoryBus } from '@alink/bus';
import { createLogger, createMetrics, type Clock } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { RawMqtt, removeFolder, temporaryFolder } from '@alink/testing';
import { Connections } from '../src/broker/connections';
import { Admission } from '../src/connect/admission';
import type { CredentialsSource } from '../src/directory/credentials-source';
import { DeviceDirectory } from '../src/directory/device-directory';
import { DirectoryUnavailable, type DeviceEntry, type ProductEntry } from '../src/directory/records';
import { Downlink } from '../src/downlink/downlink';
import { PendingCommands } from '../src/downlink/pending-commands';
import { noGuard, type GuardConfig } from '../src/guard/config';
import { Guard } from '../src/guard/guard';
import { Journal, type Activity } from '../src/journal';
import { createGatewayMetrics } from '../src/metrics';
import { Presence } from '../src/session/presence';
import { SessionTable } from '../src/session/session-table';
import { openDevicePorts } from '../src/transport/device-ports';
import { Uplink } from '../src/uplink/uplink';

export const PRODUCT_KEY = 'aliyun_test_01';
export const secretOf = (deviceName: string): string => `secret-of-${deviceName}`;

const product: ProductEntry = {
  productKey: PRODUCT_KEY,
  productID: PRODUCT_KEY,
  secret: 'productsecret01',
  enabled: true,
  autoRegister: 1,
  model: undefined,
};

/** Every device whose name begins with `dev` exists. */
const deviceEntry = (deviceName: string): DeviceEntry => ({
  productKey: PRODUCT_KEY,
  productID: PRODUCT_KEY,
  deviceName,
  secret: secretOf(deviceName),
  enabled: true,
  registration: 'operator',
  lastClientId: '',
  tokens: [],
});

const away = async (): Promise<never> => {
  throw new DirectoryUnavailable('no dm.rpc here');
};
const noCredentials: CredentialsSource = {
  registerDevice: away,
  issueDeviceToken: away,
  issueIotToken: away,
  readIotToken: async () => undefined,
  resolveCertificate: async () => undefined,
};

export type DeviceGateway = Awaited<ReturnType<typeof startDeviceGateway>>;

/** Starts it with the limits given, all others off. */
export const startDeviceGateway = async (limits: Partial<GuardConfig>, clock: Clock) => {
  const dataDir = temporaryFolder('device-gateway');
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const bus = createMemoryBus();
  const kept: string[] = [];
  const consumer = await bus.consume({ durable: 'test', maxBatch: 1000, maxWaitMs: 1 }, async (batch) => {
    for (const { subject } of batch) kept.push(subject);
  });
  const sessions = new SessionTable();
  const metrics = createMetrics('test');
  const gatewayMetrics = createGatewayMetrics(metrics, () => sessions.size);
  const activities: Activity[] = [];
  const journal = new Journal({
    bus,
    log,
    clock,
    metrics: gatewayMetrics,
    onActivity: (activity) => void activities.push(activity),
  });
  let lookUps = 0;
  const directory = new DeviceDirectory(
    {
      resolve: async (refs) => {
        lookUps += refs.length;
        const known = refs.filter(
          ({ productKey, deviceName }) => productKey === PRODUCT_KEY && /^dev/.test(deviceName),
        );
        return { products: [product], devices: known.map(({ deviceName }) => deviceEntry(deviceName)) };
      },
      register: async () => undefined,
    },
    clock,
  );
  const guard = new Guard({ config: { ...noGuard, ...limits }, clock, log, journal, metrics, gatewayMetrics });
  const presence = new Presence(bus, clock, log, 'test');
  const parts = { bus, clock, log, directory, journal, metrics: gatewayMetrics, pending: new PendingCommands() };
  const admission = guard.admission(
    new Admission({
      directory,
      credentials: noCredentials,
      clock,
      latestLogin: (productKey, deviceName) => sessions.latestLogin(productKey, deviceName),
      cloudPublisher: true,
      plainRegistration: false,
    }),
  );
  const connections = new Connections({
    admission,
    guard,
    sessions,
    presence,
    uplink: new Uplink(parts),
    downlink: new Downlink(parts),
    journal,
    metrics: gatewayMetrics,
    bus,
    clock,
    log,
    onOnline: () => undefined,
  });
  await connections.broker.listen();
  const ports = await openDevicePorts(
    {
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      MQTT_PORT: 0,
      MQTT_TLS_PORT: 0,
      MQTT_WS_PORT: 0,
      GATEWAY_HTTP_PORT: 0,
      TLS_C_SDK_SUITES: true,
      TLS_OLD_VERSIONS: false,
    },
    { mqtt: (conn) => connections.accept(conn), http: (conn) => conn.destroy() },
    guard.queues,
    log,
  );

  const credentials = (deviceName: string, deviceSecret = secretOf(deviceName)) =>
    deviceCredentials({ productKey: PRODUCT_KEY, deviceName, deviceSecret });
  /** Sends a CONNECT. @returns the connection, with its CONNACK's code */
  const connect = async (
    deviceName: string,
    deviceSecret = secretOf(deviceName),
    timeoutMs = 20_000,
  ): Promise<{ raw: RawMqtt; code: number }> => {
    const raw = await RawMqtt.open({ port: ports.mqtt });
    const { clientId, username, password } = credentials(deviceName, deviceSecret);
    const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
    raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
    const { returnCode } = await raw.next('connack', timeoutMs);
    return { raw, code: returnCode ?? -1 };
  };
  return {
    ports,
    sessions,
    guard,
    broker: connections.broker,
    activities,
    /** Subjects of what the stream has kept. */
    kept,
    lines,
    credentials,
    connect,
    ca: () => readFileSync(`${dataDir}/tls/ca.crt`),
    lookUps: () => lookUps,
    /** Value of a metric, all its labels summed. */
    metric: async (name: string): Promise<number> => {
      const text = await metrics.render();
      const rows = text.split('\n').filter((row) => row.startsWith(`${name}{`) || row.startsWith(`${name} `));
      return rows.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
    },
    stop: async () => {
      await ports.stop(() => connections.stop());
      await presence.stop();
      await consumer.stop();
      await bus.close();
      removeFolder(dataDir);
    },
  };
};
