/** A connection for registration: it gets its credentials, and can do nothing else. */
import type { Client, PublishPacket, Subscription } from 'aedes';
import type { Push } from '../connect/verdict';
import { limits } from '../limits';
import type { Answer } from '../uplink/uplink';
import type { Role } from './role';

export class RegistrationRole implements Role {
  constructor(
    private readonly client: Client,
    private readonly push: Push,
  ) {}

  /** Hands the credentials out at once: the Link SDK for C gives up after five seconds. */
  ready(): void {
    const { client } = this;
    const { topic, payload } = this.push;
    client.publish({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false }, () => undefined);
    const timer = setTimeout(() => client.close(), limits.registrationMs);
    client.conn.once('close', () => clearTimeout(timer));
  }

  publish(_packet: PublishPacket, done: Answer): void {
    done();
  }

  /** mosquitto_sub gives up when its SUBSCRIBE is refused, before it sees the push. */
  grant(subscription: Subscription): Subscription | null {
    return subscription.topic === this.push.topic ? subscription : null;
  }
}
