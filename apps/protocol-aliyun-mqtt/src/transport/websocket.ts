/**
 * MQTT over WebSocket: any path, sub-protocols `mqtt` and `mqttv3.1` (mini-program and browser builds of the Node SDK),
 * or none.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { limits } from '../limits';
import { peerOf, setPeer } from '../link/peer';
import { openingOf } from './openings';

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

/**
 * Makes the handler of a WebSocket port: it takes connections, decrypted already, and gives `onStream` what MQTT is
 * spoken on.
 * @param upgradeMs milliseconds until a connection must be upgraded
 */
export const webSocketUpgrade = (
  onStream: (stream: Duplex) => void,
  upgradeMs: number = limits.connectTimeoutMs,
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
    webSockets.handleUpgrade(request, conn, head, (webSocket) => {
      clearTimeout(late.get(conn));
      boundUntilConnect(conn);
      const stream = createWebSocketStream(webSocket);
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
