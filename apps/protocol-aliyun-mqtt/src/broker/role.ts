/** What a connection may do, once admitted. */
import type { PublishPacket, Subscription } from 'aedes';
import type { Answer } from '../uplink/uplink';

export interface Role {
  /** Its CONNACK is sent. */
  ready(): void;
  /** Takes a PUBLISH; `done` lets its PUBACK go, or closes the connection with an error. */
  publish(packet: PublishPacket, done: Answer): void;
  /** @returns the subscription as granted, or null for SUBACK 0x80 */
  grant(subscription: Subscription): Subscription | null;
}
