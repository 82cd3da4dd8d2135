/**
 * The port between a node and its broker, as far as the suite looks at it. The node's own types (apps/protocol-aliyun-mqtt,
 * `link/`) are wider; whatever fills those fits these.
 */

export interface SuiteMessage {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos: 0 | 1;
}

export interface SuiteLink {
  readonly login: {
    readonly clientId: string;
    readonly username: string;
    readonly keepalive: number;
    readonly clean: boolean;
  };
  readonly isClosed: boolean;
  readonly filters: readonly string[];
  holds(topic: string): boolean;
  /** @returns why it was not written */
  send(message: SuiteMessage): string | undefined;
  end(why: string): Promise<void>;
}

/** What a CONNECT is answered: the name that the client's session is kept under, or why it is refused. */
export type SuiteWelcome = { readonly session: string | undefined } | { readonly returnCode: 2 | 3 | 4 | 5 };

export type SuiteEnding =
  | { readonly how: 'ended'; readonly why: string }
  | { readonly how: 'disconnected' | 'silent' | 'lost' }
  | { readonly how: 'failed'; readonly error: Error };

export interface SuitePublish {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
}

/** What a broker may not be able to do. */
export interface SuiteAbilities {
  /** Cutting a connection. */
  readonly kick: boolean;
  /** Sending what a client has not subscribed. */
  readonly pushUnsubscribed: boolean;
  readonly mqtt5: boolean;
}

/** A broker that runs for one test. */
export interface SuiteBroker {
  /** Where clients dial, on 127.0.0.1. */
  readonly port: number;
  /** Clients that are let in now. */
  clients(): number;
  stop(): Promise<void>;
}
