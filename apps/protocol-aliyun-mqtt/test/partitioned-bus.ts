/** A node's connection to a bus that others go on using. It can be lost and come back, as NATS's can. */
import { BusTimeoutError, type Bus, type BusMessage, type Consumer, type Subscription } from '@alink/bus';

export class PartitionedBus implements Bus {
  connected = true;
  private readonly reconnectListeners = new Set<() => void>();

  constructor(private readonly bus: Bus) {}

  /** From now on nothing gets through, in either direction. */
  lose(): void {
    this.connected = false;
  }

  comeBack(): void {
    this.connected = true;
    for (const listener of this.reconnectListeners) listener();
  }

  publish(subject: string, data: string | Uint8Array): void {
    if (this.connected) this.bus.publish(subject, data);
  }

  async request(subject: string, data: string | Uint8Array, timeoutMs: number): Promise<Buffer> {
    this.demand();
    return this.bus.request(subject, data, timeoutMs);
  }

  subscribe(subject: string, handler: (message: BusMessage) => void, options?: { queue?: string }): Subscription {
    return this.bus.subscribe(subject, (message) => this.connected && handler(message), options);
  }

  async publishKept(subject: string, data: string | Uint8Array, id?: string): Promise<number> {
    this.demand();
    return this.bus.publishKept(subject, data, id);
  }

  async publishHeard(subject: string, data: string | Uint8Array, id?: string): Promise<void> {
    this.demand();
    await this.bus.publishHeard(subject, data, id);
  }

  openStream(): Promise<void> {
    return this.bus.openStream();
  }

  streamOf(subject: string): Promise<string | undefined> {
    return this.bus.streamOf(subject);
  }

  consume(...consumption: Parameters<Bus['consume']>): Promise<Consumer> {
    return this.bus.consume(...consumption);
  }

  streamFacts(): ReturnType<Bus['streamFacts']> {
    return this.bus.streamFacts();
  }

  streamCreatedMs(): Promise<number> {
    return this.bus.streamCreatedMs();
  }

  onReconnect(listener: () => void): void {
    this.reconnectListeners.add(listener);
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private demand(): void {
    if (!this.connected) throw new BusTimeoutError('the connection is lost');
  }
}
