/** The opening of a connection, found by its peer: the one thing that goes with it through TLS and WebSocket. */
import type { Peer } from '../link/peer';
import type { Opening } from './accept-queue';

const openings = new WeakMap<Peer, Opening>();

export const noteOpening = (peer: Peer, opening: Opening): void => void openings.set(peer, opening);

export const openingOf = (peer: Peer): Opening | undefined => openings.get(peer);
