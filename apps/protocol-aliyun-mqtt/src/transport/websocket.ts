/**
 * MQTT over WebSocket: any path, sub-protocols `mqtt` and `mqttv3.1` (mini-program and browser builds of the Node SDK),
 * or none.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer, type WebSocket } from 'ws';
import { monotonicClock, StartError, TokenBucket } from '@alink/runtime';
import { limits } from '../limits';
import { peerOf, setPeer, type Peer } from '../link/peer';
import { ProtocolFault } from '../link/protocol-fault';
import { openingOf } from './openings';
import { WebSocketFrames } from './websocket-frames';

const SUB_PROTOCOLS = ['mqtt', 'mqttv3.1'];

/** Bytes that a connection may send before its CONNECT is there: it may come in several frames. */
const MAX_BEFORE_CONNECT = 16 * 1024;

/** A frame is collected before anybody sees that it is no CONNECT. */
const boundUntilConnect = (conn: Duplex): void => {
  const opening = openingOf(peerOf(conn));
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    if (opening?.hasConnected !== false) return void conn.off('data', count);
    bytes += chunk.length;
    if (bytes > MAX_BEFORE_CONNECT) conn.destroy();
  };
  conn.on('data', count);
};

export interface WebSocketOptions {
  /** Milliseconds until a connection must be upgraded. */
  readonly upgradeMs?: number;
  /** Origins of pages that may connect; absent: all. What is no browser names none (RFC 6455, 10.2), and may. */
  readonly origins?: ReadonlySet<string>;
  /** Hears of those that may not. */
  readonly onFault?: (peer: Peer, fault: ProtocolFault) => void;
}

/**
 * Reads `https://console.example.com,http://localhost:4200`, also `null`, as pages without an origin call theirs.
 * @throws {StartError} that names WS_ORIGINS and what is no origin
 */
export const readOrigins = (list: string | undefined): ReadonlySet<string> | undefined => {
  if (list === undefined) return undefined;
  const entries = list.split(',').map((part) => part.trim().toLowerCase());
  for (const entry of entries.filter((each) => each !== 'null')) {
    if (!URL.canParse(entry) || new URL(entry).origin !== entry) {
      throw new StartError(`WS_ORIGINS: "${entry}" is no origin, such as https://console.example.com`);
    }
  }
  return new Set(entries);
};

/** Frames without content of one connection: browsers send a few a minute at most. */
const IDLE_FRAMES_PER_SECOND = 20;
const IDLE_FRAMES_AT_ONCE = 200;
/** Frames of any kind: clients write an MQTT packet in up to seven. */
const FRAMES_PER_SECOND = 5000;
const FRAMES_AT_ONCE = 50_000;

/**
 * Ends a connection whose frames are more work than what they hold: whoever meters MQTT sees nothing of those without
 * content, and of fragments only the message that they make.
 */
const meterFrames = (conn: Duplex, webSocket: WebSocket, stream: Duplex): void => {
  const idle = new TokenBucket(IDLE_FRAMES_PER_SECOND, IDLE_FRAMES_AT_ONCE, monotonicClock);
  const all = new TokenBucket(FRAMES_PER_SECOND, FRAMES_AT_ONCE, monotonicClock);
  const frames = new WebSocketFrames();
  const spendIdle = (): void => {
    if (!idle.take()) stream.destroy(tooManyFrames('frames without content', IDLE_FRAMES_PER_SECOND));
  };
  webSocket.on('ping', spendIdle);
  webSocket.on('pong', spendIdle);
  webSocket.on('message', (data: Buffer) => data.length === 0 && spendIdle());
  conn.on('data', (chunk: Buffer) => {
    if (all.spend(frames.begunIn(chunk)) > 0) stream.destroy(tooManyFrames('frames', FRAMES_PER_SECOND));
  });
};

const tooManyFrames = (what: string, perSecond: number): ProtocolFault =>
  new ProtocolFault(
    `more than ${perSecond} WebSocket ${what} per second`,
    'let the client write each MQTT packet in one frame, or in few',
  );

/**
 * Makes the handler of a WebSocket port: it takes connections, decrypted already, and gives `onStream` what MQTT is
 * spoken on.
 */
export const webSocketUpgrade = (
  onStream: (stream: Duplex) => void,
  { upgradeMs = limits.connectTimeoutMs, origins, onFault }: WebSocketOptions = {},
): ((conn: Duplex) => void) => {
  // Limits of our own: Node checks its `requestTimeout` only where a server listens.
  const late = new WeakMap<Duplex, NodeJS.Timeout>();
  const http = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', connection: 'close' });
    response.end('this port speaks MQTT over WebSocket\n');
  });
  const webSockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxPacketBytes,
    // Refused rather than ignored: a client that insists on another protocol would not speak MQTT.
    handleProtocols: (offered) => SUB_PROTOCOLS.find((name) => offered.has(name)) ?? false,
  });
  http.on('upgrade', (request, conn, head) => {
    const { origin } = request.headers;
    if (origins && origin !== undefined && !origins.has(origin.toLowerCase())) {
      onFault?.(peerOf(conn), foreignOrigin(origin));
      return void conn.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    }
    webSockets.handleUpgrade(request, conn, head, (webSocket) => {
      clearTimeout(late.get(conn));
      boundUntilConnect(conn);
      const stream = createWebSocketStream(webSocket);
      meterFrames(conn, webSocket, stream);
      setPeer(stream, peerOf(conn));
      onStream(stream);
    });
  });
  return (conn) => {
    const timer = setTimeout(() => conn.destroy(), upgradeMs);
    late.set(conn, timer);
    conn.once('close', () => clearTimeout(timer));
    http.emit('connection', conn);
  };
};

const foreignOrigin = (origin: string): ProtocolFault =>
  new ProtocolFault(
    `a page of ${JSON.stringify(origin.slice(0, 100))} may not open a WebSocket here`,
    'add its origin to WS_ORIGINS if it is yours',
  );
