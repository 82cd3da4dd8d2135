/** Who is on the other end of a connection, as the transport knows it. */
import type { Duplex } from 'node:stream';
import type { PeerCertificate } from 'node:tls';

export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** The client's certificate, where it showed one. Nobody has checked it yet. */
  readonly certificate?: PeerCertificate;
}

const peers = new WeakMap<Duplex, Peer>();

/** Notes the peer of a connection, before the broker gets it. */
export const setPeer = (conn: Duplex, peer: Peer): void => void peers.set(conn, peer);

/** The peer of a connection; every connection that the listeners hand over has one. */
export const peerOf = (conn: Duplex): Peer => {
  const peer = peers.get(conn);
  if (!peer) throw new Error('this connection came past the listeners');
  return peer;
};
