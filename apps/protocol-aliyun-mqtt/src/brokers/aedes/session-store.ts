/**
 * What MQTT sessions leave here between connections, in the shape of an aedes persistence: each a bounded amount, for a
 * bounded time. Of a QoS 2 handshake only its id is kept, since a message has been taken before its PUBREC.
 */
import { Readable } from 'node:stream';
import type { AedesPublishPacket, Client, Subscription } from 'aedes';
import { PacketQueue, type Numbered } from './packet-queue';
import type { Clock } from '@alink/runtime';

export interface StoreLimits {
  /** Filters of a session. */
  readonly maxFilters: number;
  /** QoS 2 handshakes of a session that wait for their PUBREL; of more the oldest is forgotten. */
  readonly maxHandshakes: number;
  /** Messages to a session that wait for their PUBACK, and the bytes of their payloads; of more the oldest is forgotten. */
  readonly maxMessages: number;
  readonly maxMessageBytes: number;
  /** Milliseconds that a session is kept after its connection. */
  readonly keepMs: number;
}

/**
 * Stands for the filters of a session that has none, so that aedes takes it for present (MQTT 3.1.1, 3.2.2.2): a client that
 * is told otherwise throws away what it keeps itself. aedes asks whether it may be restored: it may not.
 */
const NO_FILTERS: Subscription = { topic: '$no-filters', qos: 0 };

/** @returns whether a filter that aedes wants to restore is a real one */
export const isRealFilter = ({ topic }: Subscription): boolean => topic !== NO_FILTERS.topic;

/** A session by its name. */
type Named = Pick<Client, 'id'>;

interface Session {
  /** QoS by filter. */
  readonly filters: Map<string, Subscription['qos']>;
  readonly handshakes: Set<number>;
  readonly messages: PacketQueue;
}

export class SessionStore {
  private readonly sessions = new Map<string, Session>();
  /** Sessions that have a connection. */
  private readonly inUse = new Set<string>();
  /** When each of the others was left; the longest ago first. */
  private readonly left = new Map<string, number>();

  /** Sessions that have a connection still, and are over with it. */
  private readonly doomed = new Set<string>();

  constructor(
    private readonly limits: StoreLimits,
    private readonly clock: Clock,
  ) {}

  /** Sessions that something is kept of. */
  get size(): number {
    return this.sessions.size;
  }

  /** A client holds the session: it is kept as long as that is so. A clean one begins anew [MQTT-3.1.2-6]. */
  held({ id, clean }: Pick<Client, 'id' | 'clean'>): void {
    this.inUse.add(id);
    this.left.delete(id);
    this.doomed.delete(id);
    if (clean) this.sessions.delete(id);
    else this.of(id);
    this.forgetOld();
  }

  /** The session's client is gone; a clean session goes with it [MQTT-3.1.2-6]. */
  released({ id, clean }: Pick<Client, 'id' | 'clean'>): void {
    this.inUse.delete(id);
    if (this.doomed.delete(id) || clean) this.sessions.delete(id);
    else this.left.set(id, this.clock.now());
    this.forgetOld();
  }

  /** The session goes on elsewhere: what is here will not be what its client knows of it. */
  forget(id: string): void {
    if (this.inUse.has(id)) return void this.doomed.add(id);
    this.left.delete(id);
    this.sessions.delete(id);
  }

  /** The client has been granted these filters. */
  keepFilters({ id }: Named, granted: readonly Subscription[]): void {
    const { filters } = this.of(id);
    for (const { topic, qos } of granted) {
      if (filters.size < this.limits.maxFilters || filters.has(topic)) filters.set(topic, qos);
    }
  }

  /** Whether a PUBLISH of QoS 2 with that id was taken, and not released since. */
  hasHandshake({ id }: Named, messageId: number): boolean {
    return this.sessions.get(id)?.handshakes.has(messageId) ?? false;
  }

  // What follows is called by aedes.

  async setup(): Promise<void> {}

  async destroy(): Promise<void> {}

  /** aedes hands over the whole of a SUBSCRIBE here, refused filters too: see {@link keepFilters}. */
  async addSubscriptions(): Promise<void> {}

  async removeSubscriptions({ id }: Named, filters: readonly string[]): Promise<void> {
    const session = this.sessions.get(id);
    for (const filter of filters) session?.filters.delete(filter);
  }

  async subscriptionsByClient({ id }: Named): Promise<Subscription[]> {
    const filters = this.sessions.get(id)?.filters;
    if (filters?.size === 0) return [NO_FILTERS];
    return Array.from(filters ?? [], ([topic, qos]) => ({ topic, qos }));
  }

  async cleanSubscriptions({ id }: Named): Promise<void> {
    this.sessions.get(id)?.filters.clear();
  }

  async outgoingEnqueue({ clientId }: { readonly clientId: string }, packet: AedesPublishPacket): Promise<void> {
    const { maxMessages, maxMessageBytes } = this.limits;
    this.of(clientId).messages.add(packet, maxMessages, maxMessageBytes);
  }

  async outgoingUpdate({ id }: Named, packet: Numbered): Promise<void> {
    this.sessions.get(id)?.messages.number(packet);
  }

  async outgoingClearMessageId({ id }: Named, { messageId }: Numbered): Promise<AedesPublishPacket | undefined> {
    return this.sessions.get(id)?.messages.take(messageId);
  }

  outgoingStream({ id }: Named): Readable {
    return Readable.from(this.sessions.get(id)?.messages.all ?? []);
  }

  async incomingStorePacket({ id }: Named, { messageId }: Numbered): Promise<void> {
    const { handshakes } = this.of(id);
    handshakes.add(messageId!);
    if (handshakes.size > this.limits.maxHandshakes) handshakes.delete(handshakes.values().next().value!);
  }

  /** Rejects where there is none, as aedes wants it. */
  async incomingGetPacket(client: Named, packet: Numbered): Promise<Numbered> {
    if (!this.hasHandshake(client, packet.messageId!)) throw new Error('no such packet');
    return packet;
  }

  async incomingDelPacket({ id }: Named, { messageId }: Numbered): Promise<void> {
    this.sessions.get(id)?.handshakes.delete(messageId!);
  }

  async cleanIncoming({ id }: Named): Promise<void> {
    this.sessions.get(id)?.handshakes.clear();
  }

  // Neither wills nor retained messages are served.

  async putWill(): Promise<void> {}

  async delWill(): Promise<void> {}

  streamWill(): Readable {
    return Readable.from([]);
  }

  createRetainedStreamCombi(): Readable {
    return Readable.from([]);
  }

  private of(id: string): Session {
    const known = this.sessions.get(id);
    if (known) return known;
    const session: Session = { filters: new Map(), handshakes: new Set(), messages: new PacketQueue() };
    this.sessions.set(id, session);
    // What was under way when the connection broke.
    if (!this.inUse.has(id)) this.left.set(id, this.clock.now());
    return session;
  }

  private forgetOld(): void {
    const until = this.clock.now() - this.limits.keepMs;
    for (const [id, since] of this.left) {
      if (since > until) return;
      this.left.delete(id);
      this.sessions.delete(id);
    }
  }
}
