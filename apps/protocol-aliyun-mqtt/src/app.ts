/** The node, put together. */
import type { Bus } from '@alink/bus';
import { serviceKeys, services } from '@alink/contract';
import { publishedHost, type Registry } from '@alink/discovery';
import { connectRpc, rpcClientSettings, rpcServerSettings, serve, startRpcServer, type RpcServer } from '@alink/rpc';
import { createMetrics, startAll, type GrpcClientConfig, type GrpcServerConfig, type Logger } from '@alink/runtime';
import type { NodeConfig } from './config';
import { deviceAuth } from './connect/device-auth';
import { createDevicePath, type DevicePathConfig } from './device-path';
import { RpcCredentialsSource } from './directory/credentials-source';
import { DmKind } from './directory/dm-kind';
import { RpcDirectorySource } from './directory/rpc-source';
import { createHttpServer } from './http/http-server';
import { readEndpoint } from './http/mqtt-endpoint';
import type { Activity } from './journal';
import { DmRequests } from './requests/dm-requests';
import { waitForDependencies } from './services/dependencies';
import { NodeRegistration } from './services/registration';
import { startTimer } from './services/timer';
import { PresenceFix } from './session/presence-fix';
import type { DevicePorts } from './transport/device-ports';

export interface NodeOptions {
  readonly config: DevicePathConfig &
    GrpcServerConfig &
    GrpcClientConfig &
    Pick<NodeConfig, 'POD_IP' | 'GATEWAY_GRPC_PORT' | 'PUBLIC_MQTT_ADDRESS' | 'STARTUP_TIMEOUT_S'>;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly log: Logger;
  /** Hears of each thing that happens to a device. */
  readonly onActivity?: (activity: Activity) => void;
  /** Ends the wait for dm.rpc and timedjob.rpc. */
  readonly signal?: AbortSignal;
}

export interface RunningNode {
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
 * Starts a node: waits for dm.rpc and timedjob.rpc, then opens its ports and registers.
 * @throws when a dependency is not there within STARTUP_TIMEOUT_S (the error names it), a port is taken, or gRPC would
 *   be open to the public
 */
export const createNode = async ({
  config,
  bus,
  registry,
  log,
  onActivity,
  signal,
}: NodeOptions): Promise<RunningNode> => {
  const grpc = rpcServerSettings(config);
  const security = rpcClientSettings(config);
  const dm = connectRpc(`etcd:///${serviceKeys.dm}`, { registry, log, security });
  const timedjob = connectRpc(`etcd:///${serviceKeys.timedjob}`, { registry, log, security });

  const metrics = createMetrics('protocol-aliyun-mqtt');
  const dmKind = new DmKind();
  const source = new RpcDirectorySource(dm, dmKind, log);
  const credentials = new RpcCredentialsSource(dm);
  const path = createDevicePath({
    config,
    bus,
    source,
    credentials,
    answerer: new DmRequests(dm),
    dmKind,
    metrics,
    log,
    onActivity,
  });
  const { nodeId, sessions, directory, journal, guard, admission, presence, changes } = path;
  const presenceFix = new PresenceFix(dm, bus, sessions, presence.untold, log);
  const registration = new NodeRegistration(nodeId, registry, dm, log);
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

  let rpc!: RpcServer;
  let ports!: DevicePorts;
  let timer: { unsubscribe(): void } | undefined;
  const refresh = async (): Promise<void> => {
    await changes.refresh();
    await presenceFix.run();
  };
  const running = await startAll(
    [
      {
        name: 'dependencies',
        start: async () => {
          await waitForDependencies(registry, security, config.STARTUP_TIMEOUT_S * 1000, log, signal);
          // Says whose dm.rpc it is, before a device reports anything.
          await source.resolve([], []);
        },
        stop: async () => {
          dm.close();
          timedjob.close();
        },
      },
      { name: 'sessions', start: () => path.start(), stop: () => path.stop() },
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
        stop: () => rpc.stop(),
      },
      {
        name: 'MQTT',
        start: async () => {
          ports = await path.openPorts((conn) => void http.emit('connection', conn));
        },
        stop: () => path.closePorts(),
      },
      {
        name: 'registration',
        start: () =>
          registration.start({
            mqtt: { host: publishedHost(config.HOST, config.POD_IP), port: ports.mqtt },
            grpc: { host: publishedHost(grpc.host, config.POD_IP), port: rpc.port },
          }),
        stop: () => registration.stop(),
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
  const { mqtt, tls, ws, certificates } = ports;
  log.info({ mqtt, tls, ws, grpc: rpc.port, http: ports.http, certificates, nodeId }, 'dg.rpc and MQTT serve');
  return {
    mqttPort: mqtt,
    tlsPort: tls,
    wsPort: ws,
    grpcPort: rpc.port,
    httpPort: ports.http,
    certificates,
    stop: () => running.stop(),
  };
};
