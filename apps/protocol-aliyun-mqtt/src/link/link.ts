/** One MQTT connection, whichever broker holds it: what those who serve its client see of it. */
import type { Peer } from './peer';

/** What its CONNECT said, before anything is believed. The password only goes by. */
export interface Login {
  /** ClientID as sent, whole. */
  readonly clientId: string;
  readonly username: string;
  /** Seconds; 0 = the client may be silent for ever. */
  readonly keepalive: number;
  /** Whether it wants nothing of earlier connections, and leaves nothing to later ones ("clean session"). */
  readonly clean: boolean;
}

/** A message to the client. */
export interface Message {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
}

/** Why a message was not written. */
export type Unsent = 'offline' | 'device takes nothing';

export interface Link {
  readonly peer: Peer;
  readonly login: Login;
  /** True from the moment at which nothing can be sent any more; `closed` of the endpoint follows. */
  readonly isClosed: boolean;
  /** Filters that the client holds, those of before this connection included. */
  readonly filters: readonly string[];
  /** Whether a filter that the client holds selects the topic. */
  holds(topic: string): boolean;
  /**
   * Writes a message once, whatever the client has subscribed. One of QoS 1 is written again on the client's next
   * connection until it is acknowledged, where its MQTT session outlives this one.
   * @returns why it was not written, or undefined
   */
  send(message: Message): Unsent | undefined;
  /** Cuts the connection; of several causes the first one told is the one that counts. @returns once it is gone */
  end(why: string): Promise<void>;
}

/** How a link came to its end. */
export type Ending =
  /** By {@link Link.end}. */
  | { readonly how: 'ended'; readonly why: string }
  /** The client said so (DISCONNECT). */
  | { readonly how: 'disconnected' }
  /** Nothing came for 1.5 times the keepalive. */
  | { readonly how: 'silent' }
  /** The network broke, or what came could not go on. */
  | { readonly how: 'failed'; readonly error: Error }
  /** The connection closed without a word. */
  | { readonly how: 'lost' };
