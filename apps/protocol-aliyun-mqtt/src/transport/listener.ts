/**
 * A port for devices. Each connection is looked at before anybody reads it: a trusted proxy's header gives the true
 * address, and the first byte tells TLS from plain.
 */
import type { BlockList } from 'node:net';
import { createServer, isIPv6, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { portTaken, type Logger } from '@alink/runtime';
import { peerOf, setPeer, type Peer } from '../link/peer';
import { ProtocolFault } from '../link/protocol-fault';
import { endWithCloseNotify } from './close-notify';
import { isTls, readFirst } from './first-bytes';
import { noteOpening, openingOf, type Opening, type TurnQueue } from './openings';
import { readProxyHeader } from './proxy-header';
import type { SilentSockets } from './silent-sockets';
import type { DeviceTls } from './tls-settings';
import { unmappedAddress } from './unmapped-address';

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
  /** Where connections wait that have said nothing yet. */
  readonly silent: SilentSockets;
  /** Whether what a client has sent is enough to be worked on. */
  readonly isEnough: (bytes: Buffer) => boolean;
  /** Where those who have spoken wait for their turn. */
  readonly queue: TurnQueue;
  /** Whether a connection has finished opening once it is handed over; otherwise its taker says when. */
  readonly opensAtHandOver?: boolean;
  readonly log: Logger;
  /** Takes the connection, decrypted; its peer is noted. */
  readonly onConnection: (conn: Duplex) => void;
  /** Hears of what clients do wrong before that. */
  readonly onFault?: (peer: Peer, fault: ProtocolFault) => void;
}

/** The other end of a connection. */
interface Source {
  address: string;
  port: number;
}

export interface Listener {
  readonly port: number;
  /** Takes no more connections, calls `endSessions`, and destroys the sockets that are left. */
  stop(endSessions: () => Promise<void>): Promise<void>;
}

/** Connections that the system may hold for us: it cuts this to its own bound (`net.core.somaxconn`). */
const BACKLOG = 4096;

/** Little is read of a connection before it is its turn: those who wait cost no more than their first packet. */
const SOCKETS = { noDelay: true, keepAlive: true, pauseOnConnect: true, highWaterMark: 16 * 1024 } as const;

/** @throws {StartError} that names the port and its variable, when the port is taken */
export const listen = (options: ListenerOptions): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const { host, port, portVariable, log } = options;
    const sockets = new Set<Socket>();
    const server = createServer(SOCKETS, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // Whoever takes the socket adds a listener of its own; until then a reset must not end the process.
      const onError = (): void => undefined;
      socket.on('error', onError);
      // Who it is where a proxy has told; until then the other end of the socket.
      const from = { address: unmappedAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 };
      welcome(socket, from, options).then(
        (conn) => {
          if (options.opensAtHandOver) openingOf(peerOf(conn))?.finished();
          options.onConnection(conn);
        },
        (error: unknown) => {
          log.debug({ err: error, address: from.address }, 'connection closed before it began');
          if (error instanceof ProtocolFault) options.onFault?.({ ...from, secure: false, certificates: [] }, error);
          socket.destroy();
        },
      );
    });
    const onStartError = (error: Error): void => reject(portTaken(error, port, portVariable));
    server.once('error', onStartError);
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', onStartError);
      // An accept that fails, for want of file descriptors, is no reason to end the others.
      server.on('error', (error) => log.error({ err: error, port }, 'a connection could not be accepted'));
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

/**
 * The connection that the broker may read, once it is its turn.
 * @param from its other end, which is put right where a proxy tells whom it speaks for
 */
const welcome = async (socket: Socket, from: Source, options: ListenerOptions): Promise<Duplex> => {
  const isProxy = isTrusted(options.proxies, from.address);
  await options.silent.untilSpoken(socket, isProxy ? behindHeader(options.isEnough) : options.isEnough);
  // The whole header is there. Whom a proxy speaks for waits among its own: strangers behind it keep nobody else waiting.
  const told = isProxy ? await readFirst(socket, options.firstBytesMs, readProxyHeader) : from;
  const source = { ...Object.assign(from, told) };
  const opening = await options.queue.enter(socket, told?.address);
  if (await readFirst(socket, options.firstBytesMs, isTls, opening.mayBeGone)) {
    const encrypted = await options.tls.handshake(socket);
    endWithCloseNotify(encrypted);
    introduce(encrypted, { ...source, secure: true, certificates: chainOf(encrypted) }, opening);
    return encrypted;
  }
  if (options.tlsOnly) {
    throw new ProtocolFault('the client does not speak TLS, as this port does', 'let it dial MQTT_PORT, or speak TLS');
  }
  introduce(socket, { ...source, secure: false, certificates: [] }, opening);
  return socket;
};

/** The same of what follows a PROXY header; one that cannot be read is refused at once. */
const behindHeader =
  (isEnough: (bytes: Buffer) => boolean) =>
  (bytes: Buffer): boolean => {
    const header = readProxyHeader(bytes);
    return header !== undefined && isEnough(bytes.subarray(header.taken));
  };

const introduce = (conn: Duplex, peer: Peer, opening: Opening): void => {
  setPeer(conn, peer);
  noteOpening(peer, opening);
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

const isTrusted = (proxies: BlockList, address: string): boolean =>
  address !== '' && proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
