/** The gateway, put together. */
import { randomUUID } from 'node:crypto';
import type { Bus } from '@alink/bus';
import { serviceKeys, services } from '@alink/contract';
import { publishedHost, type Registration, type Registry } from '@alink/discovery';
import { connectRpc, rpcClientSettings, rpcServerSettings, serve, startRpcServer, type RpcServer } from '@alink/rpc';
import {
  createMetrics,
  startAll,
  StartError,
  systemClock,
  type GrpcClientConfig,
  type GrpcServerConfig,
  type Logger,
} from '@alink/runtime';
import { Connections } from './broker/connections';
import type { GatewayConfig } from './config';
import { Admission } from './connect/admission';
import { RpcCredentialsSource } from './directory/credentials-source';
import { DeviceDirectory } from './directory/device-directory';
import { RpcDirectorySource } from './directory/rpc-source';
import { Downlink } from './downlink/downlink';
import { PendingCommands } from './downlink/pending-commands';
import type { GuardConfig } from './guard/config';
import { Guard } from './guard/guard';
import { Journal, type Activity } from './journal';
import { createGatewayMetrics } from './metrics';
import { ProtocolAnnouncer } from './platform/announce-protocol';
import { deviceAuth } from './platform/device-auth';
import { waitForDependencies } from './platform/dependencies';
import { createHttpServer } from './platform/http-server';
import { PresenceFix } from './platform/presence-fix';
import { startTimer } from './platform/timer';
import { DeviceChanges } from './session/device-changes';
import { OtherGateways } from './session/other-gateways';
import { Presence } from './session/presence';
import { SessionTable } from './session/session-table';
import { openDevicePorts, type DevicePorts, type DevicePortsConfig } from './transport/device-ports';
import { Uplink } from './uplink/uplink';

export interface GatewayOptions {
  readonly config: DevicePortsConfig &
    GuardConfig &
    GrpcServerConfig &
    GrpcClientConfig &
    Pick<
      GatewayConfig,
      | 'POD_IP'
      | 'GATEWAY_GRPC_PORT'
      | 'PUBLIC_MQTT_ADDRESS'
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
 * @throws when a dependency is not there within STARTUP_TIMEOUT_S (the error names it), a port is taken, or gRPC would
 *   be open to the public
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
  const grpc = rpcServerSettings(config);
  const security = rpcClientSettings(config);
  const dm = connectRpc(`etcd:///${serviceKeys.dm}`, { registry, log, security });
  const timedjob = connectRpc(`etcd:///${serviceKeys.timedjob}`, { registry, log, security });

  const sessions = new SessionTable();
  const metrics = createMetrics('protocol-aliyun-mqtt');
  const gatewayMetrics = createGatewayMetrics(metrics, () => sessions.size);
  const directory = new DeviceDirectory(new RpcDirectorySource(dm, log), clock);
  const productIdOf = (productKey: string): string | undefined => directory.product(productKey)?.productID;
  const journal = new Journal({ bus, log, clock, metrics: gatewayMetrics, productIdOf, onActivity });
  const presence = new Presence(bus, clock, log, gatewayId);
  const presenceFix = new PresenceFix(dm, bus, sessions, presence.untold, log);
  const pending = new PendingCommands();
  const credentials = new RpcCredentialsSource(dm);
  const parts = { bus, clock, log, directory, journal, metrics: gatewayMetrics, pending };
  const guard = new Guard({ config, log, journal, metrics, gatewayMetrics });
  const unguarded = new Admission({
    directory,
    credentials,
    clock,
    connectRate: guard.connectRate,
    latestLogin: (productKey, deviceName) => sessions.latestLogin(productKey, deviceName),
    cloudPublisher: config.CLOUD_PUBLISHER,
    plainRegistration: config.ALLOW_PLAIN_REGISTRATION,
  });
  const admission = guard.admission(unguarded);
  const others = new OtherGateways(bus, sessions, presence, directory, gatewayId, log);
  const changes = new DeviceChanges(bus, directory, sessions, log);
  const connections = new Connections({
    admission,
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

  const http = createHttpServer({
    directory,
    credentials,
    journal,
    lockout: guard.lockout,
    connectRate: guard.connectRate,
    plain: config.ALLOW_PLAIN_REGISTRATION,
    publicEndpoint: readEndpoint(config.PUBLIC_MQTT_ADDRESS),
    mqttPort: config.MQTT_PORT,
    metrics,
    ready: () => bus.connected,
    log,
  });

  const host = publishedHost(config.HOST, config.POD_IP);
  const grpcHost = publishedHost(grpc.host, config.POD_IP);
  let ports: DevicePorts | undefined;
  let rpc: RpcServer | undefined;
  let announcer: ProtocolAnnouncer | undefined;
  let timer: { unsubscribe(): void } | undefined;
  const registrations: Registration[] = [];
  const refresh = async (): Promise<void> => {
    await changes.refresh();
    await presenceFix.run();
  };

  const running = await startAll(
    [
      {
        name: 'dependencies',
        start: () => waitForDependencies(registry, security, config.STARTUP_TIMEOUT_S * 1000, log, signal),
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
            ...grpc,
            port: config.GATEWAY_GRPC_PORT,
            portVariable: 'GATEWAY_GRPC_PORT',
            services: [serve(services.deviceAuth, deviceAuth(admission, journal))],
            log,
          });
        },
        stop: async () => rpc?.stop(),
      },
      {
        name: 'MQTT',
        start: async () => {
          ports = await openDevicePorts(
            config,
            {
              mqtt: (conn) => connections.accept(conn),
              http: (conn) => void http.emit('connection', conn),
            },
            guard.queues,
            log,
          );
        },
        stop: async () => ports?.stop(() => connections.stop()),
      },
      {
        name: 'registration',
        start: async () => {
          registrations.push(await registry.hold(serviceKeys.node, gatewayId, `${host}:${ports!.mqtt}`));
          registrations.push(await registry.register(serviceKeys.dg, `${grpcHost}:${rpc!.port}`));
          announcer = new ProtocolAnnouncer(dm, { ip: grpcHost, port: rpc!.port }, log);
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
          presenceFix.start();
        },
        stop: async () => {
          timer?.unsubscribe();
          presenceFix.stop();
        },
      },
    ],
    log,
  );
  const opened = ports!;
  const { mqtt, tls, ws, certificates } = opened;
  log.info({ mqtt, tls, ws, grpc: rpc!.port, http: opened.http, certificates, gatewayId }, 'dg.rpc and MQTT serve');
  return {
    mqttPort: mqtt,
    tlsPort: tls,
    wsPort: ws,
    grpcPort: rpc!.port,
    httpPort: opened.http,
    certificates,
    stop: () => running.stop(),
  };
};

/** Reads `host:port`; an IPv6 address stands in brackets. */
const readEndpoint = (address: string | undefined): { host: string; port: number } | undefined => {
  if (address === undefined) return undefined;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (!host || !port) throw new StartError(`PUBLIC_MQTT_ADDRESS: "${address}" must be host:port`);
  return { host, port: Number(port) };
};
