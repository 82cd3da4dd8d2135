/** What speaks MQTT with clients, and tells an {@link Endpoint} of them, which it is started with. */
import type { Duplex } from 'node:stream';

/** What a broker may not be able to do, when it is not a part of this process. */
export interface Abilities {
  /** Cutting a connection. */
  readonly kick: boolean;
  /** Sending to a client what it has not subscribed. */
  readonly pushUnsubscribed: boolean;
  /** MQTT 5 beside 3.1 and 3.1.1. */
  readonly mqtt5: boolean;
}

export interface Broker {
  readonly can: Abilities;
  /** Clients that are let in now. */
  readonly clients: number;
  /** Takes a connection on which MQTT is spoken, and whose peer is noted. */
  accept(conn: Duplex): void;
  /** Keeps nothing of a session that goes on elsewhere; one whose connection is about to end goes with that. */
  forget(session: string): void;
  /** Closes every link, and takes no more. */
  stop(): Promise<void>;
}
