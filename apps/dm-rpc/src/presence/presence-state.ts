/**
 * Who is online: the state of one device's sessions, and what each message does to it. Messages may come late, twice
 * and in any order; what decides is the order of the sessions, never that of arrival.
 */

/** The order of sessions: when their stream was made (unix ms), then the sequence of their `connected` in it. */
export interface SessionKey {
  readonly stream: number;
  readonly epoch: number;
}

/** The session of a gateway device that another device's session goes through, and ends with. */
export interface Via {
  /** The gateway device: `productID/deviceName`. */
  readonly gateway: string;
  /** Null where the node does not say: then any end of its session counts. */
  readonly session: SessionKey | null;
}

/** All times are unix milliseconds. */
export interface PresenceState extends SessionKey {
  readonly isOnline: boolean;
  /**
   * The node that holds the session. A session that ended by its own `disconnected` has none; one that was given up
   * because its node vanished keeps it, since it may turn out to live.
   */
  readonly node: string | null;
  /** Null for a device with a connection of its own. */
  readonly via: Via | null;
  readonly firstLogin: number | null;
  /** When the device was last made to register again; a session that began before does not activate it. */
  readonly resetAt: number | null;
  readonly lastLogin: number | null;
  readonly lastOffline: number | null;
  /** `host:port` of the last login. */
  readonly lastIp: string;
  readonly lastClientId: string;
}

interface Happened {
  /** Unix milliseconds, by the node's clock. */
  readonly timestamp: number;
}

export type PresenceEvent =
  | (Happened & {
      readonly kind: 'connected';
      readonly key: SessionKey;
      readonly node: string | null;
      readonly via: Via | null;
      /** `host:port`, as the node tells it. */
      readonly address: string;
      readonly clientId: string;
    })
  | (Happened & {
      readonly kind: 'disconnected';
      /** Key of the message itself; that of its session is older. */
      readonly key: SessionKey;
      /** Epoch of the session that ended; undefined when the node does not say. */
      readonly epoch: number | undefined;
      /** The stream that the epoch counts in; undefined where an earlier version does not say. */
      readonly stream?: number | undefined;
      readonly reason: string;
    })
  /** A session of a gateway device ended: so did those through it, and through that device's earlier ones. */
  | (Happened & {
      readonly kind: 'viaEnded';
      readonly gateway: string;
      /** Key of the message that says so: sessions that began later go on. */
      readonly key: SessionKey;
      /** Undefined when the node does not say. */
      readonly session: SessionKey | undefined;
      readonly reason: string;
    })
  /** A node says that it holds this session. */
  | (Happened & {
      readonly kind: 'holds';
      readonly key: SessionKey;
      readonly node: string;
      readonly via: Via | null;
      /** Unix milliseconds, by the node's clock. */
      readonly connectedAt: number;
    })
  /** A node says that it holds a session which began then; which one, it does not say. */
  | (Happened & { readonly kind: 'held'; readonly connectedAt: number })
  /** A node says that it holds none, or that the one which began then has ended. */
  | (Happened & { readonly kind: 'notHeld'; readonly connectedAt: number });

/** A change that others are told of. */
export interface PresenceChange {
  readonly isOnline: boolean;
  readonly timestamp: number;
  readonly reason: string;
  /** The gateway device that the session goes through, or went through: `productID/deviceName`. */
  readonly via?: string;
  /** It says of a sub-device only what its gateway device did: it went with that, or moved to its newer session. */
  readonly follows?: true;
}

export interface Applied {
  readonly state: PresenceState;
  readonly change?: PresenceChange;
  /** Noted of a device that stays online, with another session. */
  readonly takeover?: PresenceChange;
}

/** Why a device is offline whose end its node told only in its account. */
export const CORRECTED = 'corrected by the node';

/** A node notes when a session began a little earlier or later than its message says. */
const SAME_SESSION_MS = 5000;

export const isNewer = (a: SessionKey, b: SessionKey): boolean =>
  a.stream !== b.stream ? a.stream > b.stream : a.epoch > b.epoch;

const through = (via: Via | null): Pick<PresenceChange, 'via'> => (via ? { via: via.gateway } : {});

/** In which ways a session comes from elsewhere than the one that it took over. */
const moved = (before: PresenceState, after: PresenceState): string => {
  const [from, to] = [before.via?.gateway, after.via?.gateway];
  const way = from === to ? '' : to === undefined ? ', over a connection of its own' : `, through ${to}`;
  const isElsewhere = before.node && after.node && before.node !== after.node;
  return isElsewhere ? `${way}, on node ${after.node} instead of ${before.node}` : way;
};

/** What the status log says of a session that began while there was another. */
const takeover = (before: PresenceState, after: PresenceState, timestamp: number): PresenceChange => {
  const [earlier, later] = [before.via, after.via];
  const isWithGateway =
    earlier?.session && later?.session && earlier.gateway === later.gateway && isNewer(later.session, earlier.session);
  return {
    isOnline: true,
    timestamp,
    reason: `another session took over${moved(before, after)}`,
    ...through(later),
    ...(isWithGateway && { follows: true }),
  };
};

const online = (state: PresenceState, timestamp: number): Applied => ({
  state: { ...state, isOnline: true },
  ...(!state.isOnline && { change: { isOnline: true, timestamp, reason: '', ...through(state.via) } }),
});

/** The session is the newest that is known, and lives. */
const begun = (before: PresenceState, session: PresenceState, timestamp: number): Applied => {
  const applied = online(session, timestamp);
  return before.isOnline ? { ...applied, takeover: takeover(before, applied.state, timestamp) } : applied;
};

/** The session has ended: nobody holds it any more, and it cannot come back. */
const offline = (state: PresenceState, timestamp: number, reason: string): Applied => ({
  state: { ...state, isOnline: false, node: null, via: null, lastOffline: timestamp },
  ...(state.isOnline && { change: { isOnline: false, timestamp, reason, ...through(state.via) } }),
});

/** `firstLogin` after a login. */
const activated = ({ firstLogin, resetAt }: PresenceState, loginAt: number): number | null =>
  firstLogin ?? (resetAt !== null && loginAt <= resetAt ? null : loginAt);

const connected = (state: PresenceState, event: PresenceEvent & { kind: 'connected' }): Applied => {
  const login = {
    firstLogin: activated(state, event.timestamp),
    lastLogin: event.timestamp,
    lastIp: event.address,
    lastClientId: event.clientId,
  };
  if (isNewer(event.key, state)) {
    return begun(state, { ...state, ...login, ...event.key, node: event.node, via: event.via }, event.timestamp);
  }
  // Its end, or its node's word that it holds it, has come before it: what is missing is how the device logged in.
  const isOwn = !isNewer(state, event.key);
  const isNoted = state.lastLogin === event.timestamp && state.lastClientId === event.clientId;
  return isOwn && !isNoted ? { state: { ...state, ...login } } : { state };
};

/**
 * The session that ended, as its message says it.
 * @param known the newest session of the device
 * @returns undefined where the node does not say
 */
export const endedSession = (
  { key, epoch, stream }: PresenceEvent & { kind: 'disconnected' },
  known: SessionKey,
): SessionKey | undefined => {
  if (epoch === undefined) return undefined;
  if (stream !== undefined) return { stream, epoch };
  // A session began before its end was told, so one that seems to begin later is of an earlier stream.
  return { stream: epoch < key.epoch ? key.stream : known.stream, epoch };
};

const disconnected = (state: PresenceState, event: PresenceEvent & { kind: 'disconnected' }): Applied => {
  const { key, timestamp, reason } = event;
  const session = endedSession(event, state);
  const endsNewest = session ? isNewer(key, session) && !isNewer(state, session) : isNewer(key, state);
  if (!endsNewest) return { state };
  return offline({ ...state, ...(session ?? key) }, timestamp, reason || 'disconnected');
};

/** The session's own key stays: what is told of it again changes nothing, and a later session is newer. */
const viaEnded = (state: PresenceState, event: PresenceEvent & { kind: 'viaEnded' }): Applied => {
  const { isOnline, via } = state;
  if (!isOnline || via?.gateway !== event.gateway || isNewer(state, event.key)) return { state };
  if (via.session && event.session && isNewer(via.session, event.session)) return { state };
  const { state: after, change } = offline(state, event.timestamp, event.reason);
  return { state: after, change: { ...change!, follows: true } };
};

const holds = (state: PresenceState, event: PresenceEvent & { kind: 'holds' }): Applied => {
  const { key, node, via, connectedAt, timestamp } = event;
  if (isNewer(state, key)) return { state };
  if (isNewer(key, state)) {
    // Its beginning was lost, or is still on its way.
    const login = { firstLogin: activated(state, connectedAt), lastLogin: connectedAt };
    return begun(state, { ...state, ...login, ...key, node, via }, connectedAt);
  }
  const wasGivenUp = !state.isOnline && state.node !== null;
  return wasGivenUp ? online(state, timestamp) : { state };
};

/**
 * A session that is held makes the device online when its node had been given up, or when it began after all that
 * is known. Its own `disconnected` outweighs it: the node may have said "held" just before.
 */
const held = (state: PresenceState, { connectedAt, timestamp }: PresenceEvent & { kind: 'held' }): Applied => {
  if (state.isOnline) return { state };
  const wasGivenUp = state.node !== null && connectedAt >= (state.lastLogin ?? 0) - SAME_SESSION_MS;
  const isLater = connectedAt > (state.lastOffline ?? 0) && connectedAt >= (state.lastLogin ?? 0);
  if (!wasGivenUp && !isLater) return { state };
  const login = { firstLogin: activated(state, connectedAt), lastLogin: state.lastLogin ?? connectedAt };
  return online({ ...state, ...login }, timestamp);
};

const notHeld = (state: PresenceState, { connectedAt, timestamp }: PresenceEvent & { kind: 'notHeld' }): Applied => {
  const isNewest = connectedAt === 0 || connectedAt >= (state.lastLogin ?? 0) - SAME_SESSION_MS;
  return state.isOnline && isNewest ? offline(state, timestamp, CORRECTED) : { state };
};

/** What a message does to the state. Pure; the same message twice does nothing the second time. */
export const applyPresence = (state: PresenceState, event: PresenceEvent): Applied => {
  switch (event.kind) {
    case 'connected':
      return connected(state, event);
    case 'disconnected':
      return disconnected(state, event);
    case 'viaEnded':
      return viaEnded(state, event);
    case 'holds':
      return holds(state, event);
    case 'held':
      return held(state, event);
    case 'notHeld':
      return notHeld(state, event);
  }
};
