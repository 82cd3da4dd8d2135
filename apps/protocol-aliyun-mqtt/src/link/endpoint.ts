/** What a broker asks of the node, and tells it, about the links that it holds. */
import type { Ending, Link } from './link';
import type { Peer } from './peer';
import type { ProtocolFault } from './protocol-fault';

/** Codes that a CONNECT is refused with (MQTT 3.1.1, 3.2.2.3); 1, a version that is not spoken, is the broker's own. */
export type ReturnCode = 2 | 3 | 4 | 5;

/** What a CONNECT is answered. */
export type Welcome =
  | {
      /**
       * Let in. What the client subscribes, and what waits for it, is kept under this name; another link of that name is
       * closed. Undefined: nothing is kept, whatever the CONNECT asked for.
       */
      readonly session: string | undefined;
    }
  /** Refused: the connection closes with this code. */
  | { readonly returnCode: ReturnCode };

/** A message from a client. */
export interface Publish {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

export interface FilterChange {
  /** Of a SUBSCRIBE: those that were granted. */
  readonly subscribed: readonly string[];
  /** Of an UNSUBSCRIBE: all that it named, held or not. */
  readonly unsubscribed: readonly string[];
}

export interface Endpoint {
  /**
   * A CONNECT has come; nothing that follows it is read before it is answered. It is answered in the very turn of the
   * event loop in which this resolves, so that what comes in a later turn cannot be seen in the time of the answer.
   * Rejects: the connection closes without an answer.
   * @param password empty where there was none
   */
  opening(link: Link, password: string): Promise<Welcome>;

  /**
   * A connection has ended before its CONNECT could be decided on, by what its client did or left undone.
   * @param username what a CONNECT that could be read said
   */
  strayed(peer: Peer, fault: ProtocolFault, username?: string): void;

  /** A CONNACK with that code was written, to whomever. */
  answered(returnCode: number): void;

  /** The CONNACK is sent, and after it what waited for the client. {@link published} may come a moment earlier. */
  opened(link: Link): void;

  /**
   * A message has come. Resolves: it is acknowledged. Rejects: the connection closes. Several may be under way on one
   * link; they are acknowledged in the order in which these resolve.
   */
  published(link: Link, publish: Publish): Promise<void>;

  /**
   * Whether the client may have that filter, which need not be a valid one; otherwise it gets SUBACK 0x80. Asked for
   * filters of before this connection as well.
   * @param isOld it is one of these
   */
  subscribing(link: Link, filter: string, isOld: boolean): boolean;

  /** Whether a message of before this connection may still be sent to the client; otherwise it is forgotten. */
  resending(link: Link, topic: string): boolean;

  /** A SUBSCRIBE or UNSUBSCRIBE is answered. */
  filtersChanged(link: Link, change: FilterChange): void;

  /** The client has acknowledged a message of QoS 1 that was under way. */
  acknowledged(link: Link): void;

  /** The connection is gone. Told once for every link whose {@link opening} was asked, maybe before that has resolved. */
  closed(link: Link, ending: Ending): void;
}
