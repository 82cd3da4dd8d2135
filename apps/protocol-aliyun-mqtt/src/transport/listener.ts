/**
 * A port for devices. Each connection is looked at before anybody reads it: a trusted proxy's header gives the true
 * address, and the first byte tells TLS from plain.
 */
import type { BlockList } from 'node:net';
import { createServer, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { portTaken, type Logger } from '@alink/runtime';
import { endWithCloseNotify } from './close-notify';
import { isTls, readFirst } from './first-bytes';
import { setPeer } from './peer';
import { readProxyHeader } from './proxy-header';
import type { DeviceTls } from './tls-settings';

/** Certificates that a client may send along with its own. */
const MAX_CHAIN = 5;

export interface ListenerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The variable that moves the port, for the error when it is taken. */
  readonly portVariable: string;
  readonly tls: DeviceTls;
  /** Refuses connections that do not begin with TLS. */
  readonly tlsOnly?: boolean;
  /** Proxies that begin each connection with a PROXY header; nobody else is believed one. */
  readonly proxies: BlockList;
  /** Milliseconds until the first bytes must be there. */
  readonly firstBytesMs: number;
  /** Connections that are not handed over yet, at most: more are closed at once, so that they cannot pile up. */
  readonly maxUnfinished: number;
  readonly log: Logger;
  /** Takes the connection, decrypted; its peer is noted. */
  readonly onConnection: (conn: Duplex) => void;
}

export interface Listener {
  readonly port: number;
  /** Takes no more connections, calls `endSessions`, and destroys the sockets that are left. */
  stop(endSessions: () => Promise<void>): Promise<void>;
}

/** @throws {StartError} that names the port and its variable, when the port is taken */
export const listen = (options: ListenerOptions): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const { host, port, portVariable, log } = options;
    const sockets = new Set<Socket>();
    const unfinished = new Set<Socket>();
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
      sockets.add(socket);
      unfinished.add(socket);
      socket.once('close', () => {
        sockets.delete(socket);
        unfinished.delete(socket);
      });
      if (unfinished.size > options.maxUnfinished) {
        socket.destroy();
        return;
      }
      // Whoever takes the socket adds a listener of its own; until then a reset must not end the process.
      const onError = (): void => undefined;
      socket.on('error', onError);
      welcome(socket, options).then(
        (conn) => {
          unfinished.delete(socket);
          options.onConnection(conn);
        },
        (error: unknown) => {
          log.debug({ err: error, address: socket.remoteAddress }, 'connection closed before it began');
          socket.destroy();
        },
      );
    });
    server.once('error', (error) => reject(portTaken(error, port, portVariable)));
    server.listen(port, host, () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address ? address.port : port,
        stop: async (endSessions) => {
          const closed = new Promise((done) => server.close(done));
          await endSessions();
          for (const socket of sockets) socket.destroy();
          await closed;
        },
      });
    });
  });

/** The connection that the broker may read. */
const welcome = async (socket: Socket, options: ListenerOptions): Promise<Duplex> => {
  const { remoteAddress = '', remotePort = 0 } = socket;
  const direct = { address: remoteAddress, port: remotePort };
  const source = isTrusted(options.proxies, remoteAddress)
    ? ((await readFirst(socket, options.firstBytesMs, readProxyHeader)) ?? direct)
    : direct;
  if (await readFirst(socket, options.firstBytesMs, isTls)) {
    const encrypted = await options.tls.handshake(socket);
    endWithCloseNotify(encrypted);
    setPeer(encrypted, { ...source, secure: true, certificates: chainOf(encrypted) });
    return encrypted;
  }
  if (options.tlsOnly) throw new Error('this port speaks TLS only');
  setPeer(socket, { ...source, secure: false, certificates: [] });
  return socket;
};

/** What the client showed, its own certificate first; a self-signed one is its own issuer and ends the chain. */
const chainOf = (encrypted: TLSSocket): Buffer[] => {
  const chain: Buffer[] = [];
  let next: DetailedPeerCertificate | undefined = encrypted.getPeerCertificate(true);
  while (next?.raw && chain.length < MAX_CHAIN && !chain.some((known) => known.equals(next!.raw))) {
    chain.push(next.raw);
    next = next.issuerCertificate;
  }
  return chain;
};

const isTrusted = (proxies: BlockList, address: string): boolean => {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain !== '' && proxies.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
};
