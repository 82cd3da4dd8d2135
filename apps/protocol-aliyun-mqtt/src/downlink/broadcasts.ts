/**
 * One message for many devices, written to those that this node holds: to all of a product, or to those that have subscribed
 * its topic. In slices, between which others get their turn. Source: Alibaba Cloud IoT documentation, "Broadcast
 * communication".
 */
import { setImmediate } from 'node:timers/promises';
import type { Bus, Subscription } from '@alink/bus';
import { decodeBroadcast, subjects, type Broadcast, type BroadcastTold } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { Message } from '../link/link';
import type { NodeMetrics } from '../metrics';
import type { Session } from '../session/session';
import type { SessionTable } from '../session/session-table';

/** Devices that are written to in one go: a few milliseconds. */
const SLICE = 500;

export interface BroadcastsOptions {
  readonly bus: Bus;
  readonly sessions: SessionTable;
  readonly nodeId: string;
  readonly metrics: NodeMetrics;
  readonly log: Logger;
}

export class Broadcasts {
  private subscription: Subscription | undefined;

  constructor(private readonly options: BroadcastsOptions) {}

  start(): void {
    const { bus, log } = this.options;
    this.subscription = bus.subscribe(subjects.broadcast, ({ data }) => {
      this.take(data).catch((err: unknown) => log.warn({ err }, 'a broadcast could not be read or written'));
    });
  }

  stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }

  private async take(data: Uint8Array): Promise<void> {
    const { bus, nodeId, log } = this.options;
    const broadcast = decodeBroadcast(data);
    const { id, step, productID, topic } = broadcast;
    const sum = await this.write(broadcast);
    const told: BroadcastTold = { node: nodeId, step, ...sum };
    bus.publish(subjects.broadcastTold(id), JSON.stringify(told));
    if (step === 'deliver') log.info({ id, productID, topic, ...sum }, 'wrote a broadcast to devices');
  }

  private async write(broadcast: Broadcast): Promise<Pick<BroadcastTold, 'delivered' | 'undelivered'>> {
    const sum = { delivered: 0, undelivered: 0 };
    const reached = new Set<Session>();
    const all = [...this.options.sessions];
    for (let start = 0; start < all.length; start += SLICE) {
      if (start > 0) await setImmediate();
      for (const session of all.slice(start, start + SLICE)) {
        const outcome = this.writeTo(session, broadcast, reached);
        if (outcome) sum[outcome] += 1;
      }
    }
    return sum;
  }

  /**
   * @param reached whose clients have what goes to subscribers
   * @returns undefined for a session that it is not for
   */
  private writeTo(session: Session, { id, step, productID, topic, payload }: Broadcast, reached: Set<Session>) {
    if (session.productID !== productID || session.state !== 'online') return undefined;
    const { productKey, sysPrefix } = session;
    const message: Message = {
      topic: topic === undefined ? `${sysPrefix}broadcast/request/${id}` : `/broadcast/${productKey}/${topic}`,
      payload,
      qos: 0,
    };
    const isToSubscribers = topic !== undefined;
    if (isToSubscribers) {
      // A filter is the link's, and so is a message that it selects: it is written once for all devices on it.
      const client = session.via ?? session;
      if (reached.has(client) || !session.holds(message.topic)) return undefined;
      reached.add(client);
    }
    if (step === 'count') return 'delivered';
    const undelivered = session.deliver(message, isToSubscribers);
    this.options.metrics.downlinks.inc({ result: undelivered ?? 'written' });
    return undelivered ? 'undelivered' : 'delivered';
  }
}
