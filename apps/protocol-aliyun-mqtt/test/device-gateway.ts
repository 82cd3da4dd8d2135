/**
 * The device side of a gateway on real ports, in this process: everything from accept to the bus. The bus is the
 * in-process one; what dm.rpc would know is given as a list, because nothing here is about dm.rpc.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createMemoryBus, type Bus } from '@alink/bus';
import { decodeReports, subjects, type DeviceReport } from '@alink/contract';
import { createLogger, createMetrics, type Clock } from '@alink/runtime';
import { deviceCredentials } from '@alink/signing';
import { RawMqtt, removeFolder, temporaryFolder } from '@alink/testing';
import { startAedes } from '../src/brokers/aedes/aedes-broker';
import { Admission } from '../src/connect/admission';
import { Connections } from '../src/connection/connections';
import { DeviceDirectory } from '../src/directory/device-directory';
import { Peer } from '../src/directory/peer';
import { noGuard, type GuardConfig } from '../src/guard/config';
import { Guard } from '../src/guard/guard';
import { Journal, type Activity } from '../src/journal';
import { createMessagePath } from '../src/message-path';
import { createGatewayMetrics } from '../src/metrics';
import { DeviceChanges } from '../src/session/device-changes';
import { OtherGateways } from '../src/session/other-gateways';
import { Presence } from '../src/session/presence';
import { SessionTable } from '../src/session/session-table';
import { openDevicePorts } from '../src/transport/device-ports';
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
  const reports: DeviceReport[] = [];
  const consumer = await bus.consume({ durable: 'test', maxBatch: 1000, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject === subjects.reports(0)) reports.push(...(decodeReports(data.toString()) as DeviceReport[]));
    }
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
  const messages = createMessagePath({
    config: { REPORT_SHARDS: 1, FOREIGN_READERS: false },
    nodeId: gatewayId,
    bus,
    clock,
    log,
    directory,
    journal,
    metrics: gatewayMetrics,
    peer: new Peer(),
    dm,
  });
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
    ...messages,
    journal,
    metrics: gatewayMetrics,
    bus,
    clock,
    log,
    onOnline: (session) => void others.tell(session),
  });
  const broker = await startAedes(connections, log);
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
    {
      mqtt: (conn) => {
        guard.paceReads(conn);
        broker.accept(conn);
      },
      http: (conn) => conn.destroy(),
    },
    guard.queues,
    log,
  );

  const credentials = (deviceName: string, deviceSecret = secretOf(deviceName)) =>
    deviceCredentials({ productKey: PRODUCT_KEY, deviceName, deviceSecret });
  /** Sends a CONNECT. @returns the connection, with its CONNACK's code */
  const connectAs = async (
    { clientId, username, password }: { clientId: string; username: string; password: string },
    { timeoutMs = 60_000, tls = false } = {},
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
    broker,
    connections,
    activities,
    /** What the stream has kept of devices' messages. */
    reports,
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
      await ports.stop(async () => {
        await connections.stop();
        await broker.stop();
      });
      await presence.stop();
      others.stop();
      changes.stop();
      await consumer.stop();
      await bus.close();
      removeFolder(dataDir);
    },
  };
};
