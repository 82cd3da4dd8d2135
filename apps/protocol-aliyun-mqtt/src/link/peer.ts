/** Who is on the other end of a connection, as the transport knows it. */
import type { Duplex } from 'node:stream';

export interface Peer {
  readonly address: string;
  readonly port: number;
  /** Whether the connection is encrypted. */
  readonly secure: boolean;
  /** The client's certificate (DER) and those it sent along; empty without one. Nobody has checked them yet. */
  readonly certificates: readonly Buffer[];
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
