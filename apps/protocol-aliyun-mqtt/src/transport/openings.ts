/** What becomes of a connection between accept and CONNACK, for those who lead it there. */
import type { Duplex } from 'node:stream';
import type { Peer } from '../link/peer';

/** A connection whose turn it is. */
export interface Opening {
  /** It has waited so long that its other end may be gone, which nobody sees before it is read. */
  readonly mayBeGone: boolean;
  /** Whether its CONNECT is there. */
  readonly hasConnected: boolean;
  /** Its CONNECT is there: from now on it waits for us, and keeps its slot. */
  connecting(): void;
  /** Its CONNACK is sent, or it is closed: it needs its slot no more. */
  finished(): void;
}

/** Where connections wait for their turn. */
export interface TurnQueue {
  /**
   * Waits for a connection's turn; it must not be read before. Destroys it when it cannot have one.
   * @param address absent where nobody has told it: a proxy's own connections stand in a lane without limits
   * @returns its turn; rejects when the connection is closed first
   */
  enter(socket: Duplex, address: string | undefined): Promise<Opening>;
}

/** By the peer: the one thing that goes with a connection through TLS and WebSocket. */
const openings = new WeakMap<Peer, Opening>();

export const noteOpening = (peer: Peer, opening: Opening): void => void openings.set(peer, opening);

export const openingOf = (peer: Peer): Opening | undefined => openings.get(peer);
