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
  readonly epoch: number | null;
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
      readonly reason: string;
    })
  /** A session of a gateway device ended: so did the sessions through it. */
  | (Happened & {
      readonly kind: 'viaEnded';
      readonly gateway: string;
      /** Undefined when the node does not say. */
      readonly epoch: number | undefined;
      readonly reason: string;
    })
  /** A node says that it holds a session which began then. */
  | (Happened & { readonly kind: 'held'; readonly connectedAt: number })
  /** A node says that it holds none, or that the one which began then has ended. */
  | (Happened & { readonly kind: 'notHeld'; readonly connectedAt: number });

/** A change that others are told of. */
export interface PresenceChange {
  readonly isOnline: boolean;
  readonly timestamp: number;
  readonly reason: string;
}

export interface Applied {
  readonly state: PresenceState;
  readonly change?: PresenceChange;
  /** Noted of a device that stays online, with another session. */
  readonly takeover?: PresenceChange;
}

/** A node notes when a session began a little earlier or later than its message says. */
const SAME_SESSION_MS = 5000;

const isNewer = (a: SessionKey, b: SessionKey): boolean =>
  a.stream !== b.stream ? a.stream > b.stream : a.epoch > b.epoch;

/** What the status log says of a session that began while there was another. */
const takeover = (before: PresenceState, after: PresenceState, timestamp: number): PresenceChange => {
  const moved = before.node && after.node && before.node !== after.node;
  const where = moved ? `, on node ${after.node} instead of ${before.node}` : '';
  return { isOnline: true, timestamp, reason: `another session took over${where}` };
};

const online = (state: PresenceState, timestamp: number): Applied => ({
  state: { ...state, isOnline: true },
  ...(!state.isOnline && { change: { isOnline: true, timestamp, reason: '' } }),
});

const offline = (state: PresenceState, timestamp: number, reason: string): Applied => ({
  state: { ...state, isOnline: false, lastOffline: timestamp },
  ...(state.isOnline && { change: { isOnline: false, timestamp, reason } }),
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
    const applied = online({ ...state, ...login, ...event.key, node: event.node, via: event.via }, event.timestamp);
    return state.isOnline ? { ...applied, takeover: takeover(state, applied.state, event.timestamp) } : applied;
  }
  // Its end has come before it: the session is over, but there has been a login.
  const isOwn = !isNewer(state, event.key);
  return isOwn && !state.isOnline && state.lastLogin !== event.timestamp
    ? { state: { ...state, ...login } }
    : { state };
};

/** True when the session that ended is the newest one known, or newer. */
const endsNewest = (state: PresenceState, { key, epoch }: PresenceEvent & { kind: 'disconnected' }): boolean => {
  if (epoch === undefined) return isNewer(key, state);
  // A session began before its end was told, so one that seems to begin later is of an earlier stream.
  if (epoch >= key.epoch) return state.stream < key.stream && epoch >= state.epoch;
  return !isNewer(state, { stream: key.stream, epoch });
};

const disconnected = (state: PresenceState, event: PresenceEvent & { kind: 'disconnected' }): Applied => {
  if (!endsNewest(state, event)) return { state };
  const { stream } = event.key;
  const epoch = event.epoch ?? event.key.epoch;
  const key = epoch > event.key.epoch ? { stream: state.stream, epoch } : { stream, epoch };
  return offline({ ...state, ...key, node: null, via: null }, event.timestamp, event.reason || 'disconnected');
};

/** The session's own key stays: what is told of it again changes nothing, and a later session is newer. */
const viaEnded = (state: PresenceState, event: PresenceEvent & { kind: 'viaEnded' }): Applied => {
  const { isOnline, via } = state;
  if (!isOnline || via?.gateway !== event.gateway) return { state };
  const isOther = via.epoch !== null && event.epoch !== undefined && via.epoch !== event.epoch;
  if (isOther) return { state };
  return offline({ ...state, node: null, via: null }, event.timestamp, event.reason);
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
  return state.isOnline && isNewest
    ? offline({ ...state, node: null, via: null }, timestamp, 'corrected by the node')
    : { state };
};

/**
 * Whether the session of a gateway device has ended that another session began through: messages of the two may be handled
 * in any order. One that was only given up may turn out to live.
 * @param gateway state of the gateway device
 * @param stream of the session that began
 */
export const isOver = (gateway: PresenceState, { epoch }: Via, stream: number): boolean => {
  if (epoch === null) return false;
  return gateway.epoch === epoch ? !gateway.isOnline && gateway.node === null : isNewer(gateway, { stream, epoch });
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
    case 'held':
      return held(state, event);
    case 'notHeld':
      return notHeld(state, event);
  }
};
