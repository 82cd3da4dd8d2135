/** Sockets of all transports, as one thing that takes bytes and gives bytes. */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import { WebSocket } from 'ws';
import { isEncrypted, type ClientCertificate, type Endpoint } from './endpoint';

export interface Wire {
  write(bytes: Uint8Array): void;
  /** Closes after what was written. */
  end(): void;
  /** Breaks off. */
  destroy(): void;
}

export interface WireEvents {
  open(): void;
  data(bytes: Buffer): void;
  /** Once, whoever closed it. @param why undefined where it was closed in order */
  closed(why: string | undefined): void;
}

/** What TLS takes is read once for all devices, but for those with certificates of their own. */
const contexts = new WeakMap<object, SecureContext>();

const contextOf = ({ ca }: Endpoint, certificate: ClientCertificate | undefined): SecureContext | undefined => {
  const owner = certificate ?? ca;
  if (!owner) return undefined;
  let context = contexts.get(owner);
  if (!context) {
    const own = certificate && { cert: Buffer.from(certificate.cert), key: Buffer.from(certificate.key) };
    context = createSecureContext({ ca: ca && Buffer.from(ca), ...own });
    contexts.set(owner, context);
  }
  return context;
};

/** Opens a connection. What cannot be dialled at all, such as with a key that is none, is told by `closed`, too. */
export const dial = (endpoint: Endpoint, certificate: ClientCertificate | undefined, events: WireEvents): Wire => {
  try {
    return dialOver(endpoint, certificate, events);
  } catch (error) {
    queueMicrotask(() => events.closed(wordsOf(error as Error)));
    return { write: () => undefined, end: () => undefined, destroy: () => undefined };
  }
};

const dialOver = (endpoint: Endpoint, certificate: ClientCertificate | undefined, events: WireEvents): Wire => {
  const { transport, host, port, insecure = false } = endpoint;
  const secureContext = isEncrypted(endpoint) ? contextOf(endpoint, certificate) : undefined;
  const tls = { secureContext, rejectUnauthorized: !insecure, servername: isIP(host) ? '' : host };
  switch (transport) {
    case 'tcp':
      return overSocket(connectTcp({ host, port }), 'connect', events);
    case 'tls':
      return overSocket(connectTls({ host, port, ...tls }), 'secureConnect', events);
    case 'ws':
    case 'wss':
      return overWebSocket(`${transport}://${hostOf(host)}:${port}/mqtt`, tls, events);
  }
};

const hostOf = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

const overSocket = (socket: Socket, opened: 'connect' | 'secureConnect', events: WireEvents): Wire => {
  let why: string | undefined;
  // Over TLS too, whose options do not say so: a packet that waits for the ACK of the one before is measured as the node's.
  socket.setNoDelay(true);
  socket.once(opened, () => events.open());
  socket.on('data', (bytes) => events.data(bytes));
  socket.on('error', (error: NodeJS.ErrnoException) => (why = wordsOf(error)));
  socket.once('close', () => events.closed(why));
  return {
    write: (bytes) => void socket.write(bytes),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
};

const overWebSocket = (url: string, tls: object, events: WireEvents): Wire => {
  let why: string | undefined;
  const socket = new WebSocket(url, 'mqtt', { perMessageDeflate: false, ...tls });
  socket.on('open', () => events.open());
  socket.on('message', (data) => events.data(data as Buffer));
  socket.on('error', (error: NodeJS.ErrnoException) => (why = wordsOf(error)));
  socket.once('close', () => events.closed(why));
  return {
    write: (bytes) => socket.send(bytes),
    end: () => socket.close(),
    destroy: () => socket.terminate(),
  };
};

/** Without addresses and ports, which would make a reason of its own of each. */
const wordsOf = (error: NodeJS.ErrnoException): string => error.code ?? error.message;
