/**
 * All ports that devices dial: MQTT over TCP and TLS on one port, TLS alone on another, WebSocket on a third, HTTP and
 * HTTPS on a fourth.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { StartError, type Logger } from '@alink/runtime';
import { limits } from '../limits';
import type { Peer } from '../link/peer';
import type { ProtocolFault } from '../link/protocol-fault';
import type { DevicePortsConfig } from './config';
import { listen, type Listener } from './listener';
import type { TurnQueue } from './openings';
import { hasAskedUpgrade, hasBegun, hasOpened, SilentSockets } from './silent-sockets';
import { createDeviceTls } from './tls-settings';
import { readOrigins, webSocketUpgrade } from './websocket';

/** Who takes the connections, decrypted, whose peers are noted. */
export interface DeviceProtocols {
  readonly mqtt: (conn: Duplex) => void;
  readonly http: (conn: Duplex) => void;
  /** Hears of what clients of MQTT do wrong before a connection is handed over. */
  readonly strayed?: (peer: Peer, fault: ProtocolFault) => void;
}

/** Where connections wait for their turn. HTTP has its own line: health checks do not wait behind a fleet. */
export interface DeviceQueues {
  readonly mqtt: TurnQueue;
  readonly http: TurnQueue;
}

export interface DevicePorts {
  readonly mqtt: number;
  readonly tls: number;
  readonly ws: number;
  readonly http: number;
  /** Where the certificates come from. */
  readonly certificates: string;
  /** Closes the ports, calls `endSessions`, and destroys what is left. */
  stop(endSessions: () => Promise<void>): Promise<void>;
}

/** @throws {StartError} when a port is taken, a certificate cannot be used, or a proxy's address or an origin cannot be read */
export const openDevicePorts = async (
  config: DevicePortsConfig,
  { mqtt, http, strayed }: DeviceProtocols,
  queues: DeviceQueues,
  log: Logger,
): Promise<DevicePorts> => {
  const origins = readOrigins(config.WS_ORIGINS);
  const tls = await createDeviceTls(
    {
      certFile: config.TLS_CERT_FILE,
      keyFile: config.TLS_KEY_FILE,
      ecdsaCertFile: config.TLS_ECDSA_CERT_FILE,
      ecdsaKeyFile: config.TLS_ECDSA_KEY_FILE,
      cSdkSuites: config.TLS_C_SDK_SUITES,
      oldVersions: config.TLS_OLD_VERSIONS,
      dataDir: config.DATA_DIR,
    },
    log,
  );
  const shared = {
    host: config.HOST,
    tls,
    proxies: readProxies(config.PROXY_PROTOCOL_FROM),
    firstBytesMs: limits.connectTimeoutMs,
    silent: new SilentSockets({ ...limits.silent, waitMs: limits.connectTimeoutMs }),
    isEnough: hasOpened,
    queue: queues.mqtt,
    onFault: strayed,
    log,
  };
  const open: Listener[] = [];
  const stop = async (endSessions: () => Promise<void>): Promise<void> => {
    tls.stop();
    let ending: Promise<void> | undefined;
    await Promise.all(open.map((listener) => listener.stop(() => (ending ??= endSessions()))));
  };
  try {
    open.push(await listen({ ...shared, port: config.MQTT_PORT, portVariable: 'MQTT_PORT', onConnection: mqtt }));
    open.push(
      await listen({
        ...shared,
        port: config.MQTT_TLS_PORT,
        portVariable: 'MQTT_TLS_PORT',
        tlsOnly: true,
        onConnection: mqtt,
      }),
    );
    open.push(
      await listen({
        ...shared,
        port: config.MQTT_WS_PORT,
        portVariable: 'MQTT_WS_PORT',
        isEnough: hasAskedUpgrade,
        onConnection: webSocketUpgrade(mqtt, { origins, onFault: strayed }),
      }),
    );
    open.push(
      await listen({
        ...shared,
        port: config.GATEWAY_HTTP_PORT,
        portVariable: 'GATEWAY_HTTP_PORT',
        isEnough: hasBegun,
        queue: queues.http,
        onFault: undefined,
        opensAtHandOver: true,
        onConnection: http,
      }),
    );
  } catch (error) {
    await stop(async () => undefined);
    throw error;
  }
  const [anyMqtt, tlsOnly, ws, anyHttp] = open.map(({ port }) => port) as [number, number, number, number];
  return { mqtt: anyMqtt, tls: tlsOnly, ws, http: anyHttp, certificates: tls.description, stop };
};

/** Reads `10.0.0.1,192.168.0.0/16,::1`. */
const readProxies = (list: string | undefined): BlockList => {
  const proxies = new BlockList();
  for (const entry of (list ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [address = '', bits] = entry.split('/', 2);
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (!isIP(address)) throw new Error('no address');
      if (bits === undefined) proxies.addAddress(address, family);
      else proxies.addSubnet(address, Number(bits), family);
    } catch (error) {
      throw new StartError(`PROXY_PROTOCOL_FROM: "${entry}" is no address or network, such as 10.0.0.0/8`, {
        cause: error,
      });
    }
  }
  return proxies;
};
