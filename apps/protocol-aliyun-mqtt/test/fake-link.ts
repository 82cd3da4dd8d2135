/** A link without a socket: it keeps what it is sent, and is told what its client does. */
import type { Ending, Link, Login, Message, Unsent } from '../src/link/link';
import type { Peer } from '../src/link/peer';
import { filterMatches } from '@alink/topic';

export class FakeLink implements Link {
  readonly peer: Peer = { address: '192.0.2.1', port: 4711, secure: false, certificates: [] };
  /** What its client was sent. */
  readonly sent: Message[] = [];
  /** What its client has subscribed. */
  filters: string[] = [];
  isClosed = false;
  /** Its client reads nothing any more. */
  isFull = false;
  /** Hears of the link's end, as the endpoint of a broker does. */
  onClosed: (ending: Ending) => void = () => undefined;

  constructor(readonly login: Login = { clientId: 'c', username: 'dev1&pk', keepalive: 60, clean: true }) {}

  holds(topic: string): boolean {
    return this.filters.some((filter) => filterMatches(filter, topic));
  }

  send(message: Message): Unsent | undefined {
    if (this.isClosed) return 'offline';
    if (this.isFull) return 'device takes nothing';
    this.sent.push(message);
    return undefined;
  }

  async end(why: string): Promise<void> {
    this.close({ how: 'ended', why });
  }

  close(ending: Ending): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClosed(ending);
  }
}
