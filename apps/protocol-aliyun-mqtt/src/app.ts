/** The node, put together. */
import type { Bus } from '@alink/bus';
import { services } from '@alink/contract';
import { publishedHost, type Registry } from '@alink/discovery';
import { rpcServerSettings, serve, startRpcServer, type RpcServer } from '@alink/rpc';
import {
  createMetrics,
  startAll,
  systemClock,
  type GrpcClientConfig,
  type GrpcServerConfig,
  type Logger,
} from '@alink/runtime';
import type { NodeConfig } from './config';
import { deviceAuth } from './connect/device-auth';
import { deviceRegister } from './connect/device-register';
import { createDevicePath, type DevicePathConfig } from './device-path';
import { sources } from './directory/sources';
import { dmSides } from './dm-side';
import { createHttpServer } from './http/http-server';
import { readEndpoint } from './http/mqtt-endpoint';
import type { Activity } from './journal';
import { watchNode } from './node-watch';
import { reachNeighbours } from './neighbours';
import { NodeRegistration } from './services/registration';
import { startTimer } from './services/timer';
import { accounts } from './session/accounts';
import { PresenceFix } from './session/presence-fix';
import type { DevicePorts } from './transport/device-ports';

export interface NodeOptions {
  readonly config: DevicePathConfig &
    GrpcServerConfig &
    GrpcClientConfig &
    Pick<NodeConfig, 'POD_IP' | 'GATEWAY_GRPC_PORT' | 'DG_SERVICE_NAME' | 'PUBLIC_MQTT_ADDRESS' | 'STARTUP_TIMEOUT_S'>;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly log: Logger;
  /** Hears of each thing that happens to a device. */
  readonly onActivity?: (activity: Activity) => void;
  /** What else must be well for the node to be ready: true, or what is missing. */
  readonly ready?: () => true | string;
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
export const createNode = async (options: NodeOptions): Promise<RunningNode> => {
  const { config, bus, registry, log, onActivity } = options;
  const grpc = rpcServerSettings(config);
  const { dm, timedjob, dmKind, close } = await reachNeighbours(options);

  const metrics = createMetrics('protocol-aliyun-mqtt');
  const { source, credentials } = sources[dmKind](dm, systemClock, log);
  const dmSide = dmSides(dm, log)[dmKind];
  const path = createDevicePath({ config, bus, source, credentials, dmSide, metrics, log, onActivity });
  const { nodeId, sessions, directory, journal, guard, admission, presence, changes } = path;
  const presenceFix = new PresenceFix(accounts[dmKind](dm, nodeId), bus, sessions, presence, log);
  const watch = watchNode({ bus, registry, dm, timedjob, dmKind });
  const registration = new NodeRegistration(nodeId, config.DG_SERVICE_NAME, registry, dm, log);
  const http = createHttpServer({
    directory,
    credentials,
    journal,
    lockout: guard.lockout,
    connectRate: guard.connectRate,
    plain: config.ALLOW_PLAIN_REGISTRATION,
    publicEndpoint: readEndpoint(config.PUBLIC_MQTT_ADDRESS),
    mqttPort: config.MQTT_PORT,
    files: path.files,
    metrics,
    ready: () => (watch.ready === true ? (options.ready?.() ?? true) : watch.ready),
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
      { name: 'dependencies', start: async () => undefined, stop: async () => close() },
      { name: 'watch', start: () => watch.start(), stop: async () => watch.stop() },
      { name: 'sessions', start: () => path.start(), stop: () => path.stop() },
      {
        name: 'dg.rpc',
        start: async () => {
          rpc = await startRpcServer({
            ...grpc,
            port: config.GATEWAY_GRPC_PORT,
            portVariable: 'GATEWAY_GRPC_PORT',
            services: [
              serve(services.deviceAuth, {
                ...deviceAuth(admission, journal),
                deviceRegister: deviceRegister({ directory, credentials, connectRate: guard.connectRate }),
              }),
            ],
            watch,
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
