/** A link that aedes holds. */
import type { Client } from 'aedes';
import { limits } from '../../limits';
import type { Ending, Link, Login, Message, Unsent } from '../../link/link';
import { peerOf, type Peer } from '../../link/peer';
import { filtersOf, holdsFilter, saidDisconnect } from './silent-aedes';
import { Wildcards } from './wildcards';

export class AedesLink implements Link {
  readonly peer: Peer;
  private cause: Ending | undefined;
  private isGone = false;
  private readonly wildcards = new Wildcards();
  private readonly gone: Promise<void>;
  private tellGone: () => void = () => undefined;

  constructor(
    private readonly client: Client,
    readonly login: Login,
  ) {
    this.peer = peerOf(client.conn);
    this.gone = new Promise((resolve) => {
      this.tellGone = resolve;
    });
  }

  get isClosed(): boolean {
    return this.client.closed || this.client.conn.destroyed;
  }

  get filters(): readonly string[] {
    return filtersOf(this.client);
  }

  holds(topic: string): boolean {
    // No topic has a wildcard in it, so a filter that is the topic is one without.
    return holdsFilter(this.client, topic) || this.wildcards.select(topic);
  }

  /** The client gets this filter; aedes tells of those of before this connection by asking for them alone. */
  granted(filter: string): void {
    this.wildcards.add(filter);
  }

  /** The client has given this filter back, held or not. */
  givenBack(filter: string): void {
    this.wildcards.remove(filter);
  }

  send({ topic, payload, qos }: Message): Unsent | undefined {
    const { client } = this;
    if (this.isClosed) return 'offline';
    if (client.conn.writableLength > limits.maxSocketBacklogBytes) return 'device takes nothing';
    client.publish({ cmd: 'publish', topic, payload, qos, retain: false, dup: false }, noop);
    return undefined;
  }

  end(why: string): Promise<void> {
    this.because({ how: 'ended', why });
    this.client.close();
    return this.gone;
  }

  /** Why it is about to close; the first cause counts. */
  because(cause: Ending): void {
    this.cause ??= cause;
  }

  /** aedes says that the connection is gone, which it may do twice. @returns how it ended, the first time */
  close(): Ending | undefined {
    if (this.isGone) return undefined;
    this.isGone = true;
    this.tellGone();
    return this.cause ?? (saidDisconnect(this.client) ? { how: 'disconnected' } : { how: 'lost' });
  }
}

const noop = (): void => undefined;
