/** The gateway, put together. */
import { randomUUID } from 'node:crypto';
import type { Bus } from '@alink/bus';
import { serviceKeys, services, subjects } from '@alink/contract';
import { publishedHost, type Registration, type Registry } from '@alink/discovery';
import { connectRpc, serve, startRpcServer, type RpcServer } from '@alink/rpc';
import { createMetrics, startAll, startOpsHttp, systemClock, type Logger, type OpsHttp } from '@alink/runtime';
import { Connections } from './broker/connections';
import type { GatewayConfig } from './config';
import { Admission } from './connect/admission';
import { RpcCredentialsSource } from './directory/credentials-source';
import { DeviceDirectory } from './directory/device-directory';
import { RpcDirectorySource } from './directory/rpc-source';
import { Downlink } from './downlink/downlink';
import { PendingCommands } from './downlink/pending-commands';
import { Journal, type Activity } from './journal';
import { createGatewayMetrics } from './metrics';
import { ProtocolAnnouncer } from './platform/announce-protocol';
import { deviceAuth } from './platform/device-auth';
import { waitForDependencies } from './platform/dependencies';
import { fixPresence } from './platform/presence-fix';
import { startTimer } from './platform/timer';
import { DeviceChanges } from './session/device-changes';
import { OtherGateways } from './session/other-gateways';
import { Presence } from './session/presence';
import { SessionTable } from './session/session-table';
import { openDevicePorts, type DevicePorts, type DevicePortsConfig } from './transport/device-ports';
import { Uplink } from './uplink/uplink';

export interface GatewayOptions {
  readonly config: DevicePortsConfig &
    Pick<
      GatewayConfig,
      | 'POD_IP'
      | 'GATEWAY_GRPC_PORT'
      | 'GATEWAY_HTTP_PORT'
      | 'CLOUD_PUBLISHER'
      | 'ALLOW_PLAIN_REGISTRATION'
      | 'STARTUP_TIMEOUT_S'
    >;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly log: Logger;
  /** Hears of each thing that happens to a device. */
  readonly onActivity?: (activity: Activity) => void;
  /** Ends the wait for dm.rpc and timedjob.rpc. */
  readonly signal?: AbortSignal;
}

export interface Gateway {
  readonly mqttPort: number;
  readonly tlsPort: number;
  readonly wsPort: number;
  /** Where the certificates of the device ports come from. */
  readonly certificates: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Ends every session with its presence told, and closes all ports. */
  stop(): Promise<void>;
}

/**
 * Starts a gateway: waits for dm.rpc and timedjob.rpc, then opens its ports and registers.
 * @throws when a dependency is not there within STARTUP_TIMEOUT_S (the error names it), or a port is taken
 */
export const createGateway = async ({
  config,
  bus,
  registry,
  log,
  onActivity,
  signal,
}: GatewayOptions): Promise<Gateway> => {
  const clock = systemClock;
  const gatewayId = randomUUID();
  const dm = connectRpc(`etcd:///${serviceKeys.dm}`, { registry, log });
  const timedjob = connectRpc(`etcd:///${serviceKeys.timedjob}`, { registry, log });

  const sessions = new SessionTable();
  const metrics = createMetrics('protocol-aliyun-mqtt');
  const gatewayMetrics = createGatewayMetrics(metrics, () => sessions.size);
  const journal = new Journal({ bus, log, clock, metrics: gatewayMetrics, onActivity });
  const directory = new DeviceDirectory(new RpcDirectorySource(dm, log), clock);
  const presence = new Presence(bus, clock, log, gatewayId);
  const pending = new PendingCommands();
  const parts = { bus, clock, log, directory, journal, metrics: gatewayMetrics, pending };
  const admission = new Admission({
    directory,
    credentials: new RpcCredentialsSource(dm),
    clock,
    latestLogin: (productKey, deviceName) => sessions.latestLogin(productKey, deviceName),
    cloudPublisher: config.CLOUD_PUBLISHER,
    plainRegistration: config.ALLOW_PLAIN_REGISTRATION,
  });
  const others = new OtherGateways(bus, sessions, presence, directory, gatewayId, log);
  const changes = new DeviceChanges(bus, directory, sessions, log);
  const connections = new Connections({
    admission,
    sessions,
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

  const host = publishedHost(config.HOST, config.POD_IP);
  let ports: DevicePorts | undefined;
  let rpc: RpcServer | undefined;
  let ops: OpsHttp | undefined;
  let announcer: ProtocolAnnouncer | undefined;
  let timer: { unsubscribe(): void } | undefined;
  const registrations: Registration[] = [];
  const refresh = async (): Promise<void> => {
    await changes.refresh();
    await fixPresence(dm, sessions);
  };
  let fix: { unsubscribe(): void } | undefined;

  const running = await startAll(
    [
      {
        name: 'dependencies',
        start: () => waitForDependencies(registry, config.STARTUP_TIMEOUT_S * 1000, log, signal),
        stop: async () => {
          dm.close();
          timedjob.close();
        },
      },
      {
        name: 'sessions',
        start: async () => {
          await connections.broker.listen();
          others.start();
          changes.start();
        },
        stop: async () => {
          await presence.stop();
          others.stop();
          changes.stop();
        },
      },
      {
        name: 'dg.rpc',
        start: async () => {
          rpc = await startRpcServer({
            host: config.HOST,
            port: config.GATEWAY_GRPC_PORT,
            portVariable: 'GATEWAY_GRPC_PORT',
            services: [serve(services.deviceAuth, deviceAuth(admission))],
            log,
          });
        },
        stop: async () => rpc?.stop(),
      },
      {
        name: 'MQTT',
        start: async () => {
          ports = await openDevicePorts(config, (conn) => connections.accept(conn), log);
        },
        stop: async () => ports?.stop(() => connections.stop()),
      },
      {
        name: 'registration',
        start: async () => {
          registrations.push(await registry.hold(serviceKeys.gateway, gatewayId, `${host}:${ports!.mqtt}`));
          registrations.push(await registry.register(serviceKeys.dg, `${host}:${rpc!.port}`));
          announcer = new ProtocolAnnouncer(dm, { ip: host, port: rpc!.port }, log);
          await announcer.start();
        },
        stop: async () => {
          await announcer?.stop();
          await Promise.all(registrations.map((registration) => registration.withdraw()));
        },
      },
      {
        name: 'timer',
        start: async () => {
          timer = await startTimer(timedjob, bus, log, refresh);
          fix = bus.subscribe(subjects.statusFix, () => void fixPresence(dm, sessions).catch(() => undefined));
        },
        stop: async () => {
          timer?.unsubscribe();
          fix?.unsubscribe();
        },
      },
      {
        name: 'HTTP',
        start: async () => {
          ops = await startOpsHttp({
            host: config.HOST,
            port: config.GATEWAY_HTTP_PORT,
            portVariable: 'GATEWAY_HTTP_PORT',
            metrics,
            ready: () => bus.connected,
            log,
          });
        },
        stop: async () => ops?.stop(),
      },
    ],
    log,
  );
  const opened = ports!;
  const { mqtt, tls, ws, certificates } = opened;
  log.info({ mqtt, tls, ws, grpc: rpc!.port, http: ops!.port, certificates, gatewayId }, 'dg.rpc and MQTT serve');
  return {
    mqttPort: mqtt,
    tlsPort: tls,
    wsPort: ws,
    grpcPort: rpc!.port,
    httpPort: ops!.port,
    certificates,
    stop: () => running.stop(),
  };
};
