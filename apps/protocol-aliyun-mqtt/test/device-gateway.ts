/**
 * The device side of a gateway on real ports, in this process: everything from accept to the bus. The bus is the
 * in-process one; what dm.rpc would know is given as a list, because nothing here is about dm.rpc.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createMemoryBus, type Bus } from '@alink/bus';
import { createLogger, createMetrics, type Clock } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { PATIENCE_MS, RawMqtt, removeFolder, temporaryFolder } from '@alink/testing';
import { Connections } from '../src/broker/connections';
import { Admission } from '../src/connect/admission';
import { DeviceDirectory } from '../src/directory/device-directory';
import { Downlink } from '../src/downlink/downlink';
import { PendingCommands } from '../src/downlink/pending-commands';
import { noGuard, type GuardConfig } from '../src/guard/config';
import { Guard } from '../src/guard/guard';
import { Journal, type Activity } from '../src/journal';
import { createGatewayMetrics } from '../src/metrics';
import { DeviceChanges } from '../src/session/device-changes';
import { OtherGateways } from '../src/session/other-gateways';
import { Presence } from '../src/session/presence';
import { SessionTable } from '../src/session/session-table';
import { openDevicePorts } from '../src/transport/device-ports';
import { Uplink } from '../src/uplink/uplink';
import { ListedDm, PRODUCT_KEY, secretOf } from './listed-dm';

export { PRODUCT_KEY, secretOf };

export type DeviceGateway = Awaited<ReturnType<typeof startDeviceGateway>>;

/** What a gateway may share with others. */
interface Surroundings {
  readonly bus?: Bus;
  readonly dm?: ListedDm;
}

/** Starts it with the limits given, all others off. */
export const startDeviceGateway = async (
  limits: Partial<GuardConfig>,
  clock: Clock,
  { bus = createMemoryBus(), dm = new ListedDm() }: Surroundings = {},
) => {
  const gatewayId = randomUUID();
  const dataDir = temporaryFolder('device-gateway');
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const kept: string[] = [];
  const consumer = await bus.consume({ durable: 'test', maxBatch: 1000, maxWaitMs: 1 }, async (batch) => {
    for (const { subject } of batch) kept.push(subject);
  });
  const sessions = new SessionTable();
  const metrics = createMetrics('test');
  const gatewayMetrics = createGatewayMetrics(metrics, () => sessions.size);
  const activities: Activity[] = [];
  const directory = new DeviceDirectory(dm, clock);
  const journal = new Journal({
    bus,
    log,
    clock,
    metrics: gatewayMetrics,
    productIdOf: (productKey) => directory.product(productKey)?.productID,
    onActivity: (activity) => void activities.push(activity),
  });
  const guard = new Guard({ config: { ...noGuard, ...limits }, clock, log, journal, metrics, gatewayMetrics });
  const presence = new Presence(bus, clock, log, gatewayId);
  const parts = { bus, clock, log, directory, journal, metrics: gatewayMetrics, pending: new PendingCommands() };
  const unguarded = new Admission({
    directory,
    credentials: dm,
    clock,
    connectRate: guard.connectRate,
    latestLogin: (productKey, deviceName) => sessions.latestLogin(productKey, deviceName),
    cloudPublisher: true,
    plainRegistration: false,
  });
  const changes = new DeviceChanges(bus, directory, sessions, log);
  const others = new OtherGateways(bus, sessions, presence, directory, gatewayId, log);
  const connections = new Connections({
    admission: guard.admission(unguarded),
    unguarded,
    guard,
    sessions,
    changes,
    presence,
    uplink: new Uplink(parts),
    downlink: new Downlink(parts),
    journal,
    metrics: gatewayMetrics,
    bus,
    clock,
    log,
    onOnline: (session) => void others.tell(session),
  });
  await connections.broker.listen();
  others.start();
  changes.start();
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
  const connectAs = async (
    { clientId, username, password }: { clientId: string; username: string; password: string },
    { timeoutMs = PATIENCE_MS, tls = false } = {},
  ): Promise<{ raw: RawMqtt; code: number }> => {
    const raw = await RawMqtt.open({ port: ports.mqtt, tls });
    const fields = { protocolId: 'MQTT', protocolVersion: 4, clean: true, keepalive: 60 } as const;
    raw.send({ cmd: 'connect', ...fields, clientId, username, password: Buffer.from(password) });
    const { returnCode } = await raw.next('connack', timeoutMs);
    return { raw, code: returnCode ?? -1 };
  };
  const connect = (
    deviceName: string,
    deviceSecret = secretOf(deviceName),
    timeoutMs?: number,
  ): Promise<{ raw: RawMqtt; code: number }> => connectAs(credentials(deviceName, deviceSecret), { timeoutMs });
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
    connectAs,
    directory,
    bus,
    ca: () => readFileSync(`${dataDir}/tls/ca.crt`),
    lookUps: () => dm.lookUps,
    /** Value of a metric, all its labels summed. */
    metric: async (name: string): Promise<number> => {
      const text = await metrics.render();
      const rows = text.split('\n').filter((row) => row.startsWith(`${name}{`) || row.startsWith(`${name} `));
      return rows.reduce((sum, row) => sum + Number(row.split(' ').at(-1)), 0);
    },
    stop: async () => {
      await ports.stop(() => connections.stop());
      await presence.stop();
      others.stop();
      changes.stop();
      await consumer.stop();
      await bus.close();
      removeFolder(dataDir);
    },
  };
};
