/** Messages of QoS 1 to one session that it has not acknowledged yet. */
import type { AedesPublishPacket } from 'aedes';

/** What aedes tells messages apart by: the number that it gave them, and the id that they have on a connection. */
export interface Numbered {
  readonly brokerId?: string;
  readonly brokerCounter?: number;
  readonly messageId?: number;
}

type Waiting = AedesPublishPacket & { messageId?: number };

export class PacketQueue {
  /** Oldest first. */
  private packets: Waiting[] = [];
  private bytes = 0;

  /** Those that wait now, oldest first. */
  get all(): readonly AedesPublishPacket[] {
    return [...this.packets];
  }

  /** Adds a message; the oldest ones go where it would be too many, or too large together. */
  add(packet: AedesPublishPacket, maxPackets: number, maxBytes: number): void {
    this.packets.push({ ...packet });
    this.bytes += packet.payload.length;
    while (this.packets.length > maxPackets || (this.bytes > maxBytes && this.packets.length > 1)) this.removeAt(0);
  }

  /** A message has got its id on the connection; one that is not here any more is written once and forgotten. */
  number({ brokerId, brokerCounter, messageId }: Numbered): void {
    const packet = this.packets.findLast((one) => one.brokerId === brokerId && one.brokerCounter === brokerCounter);
    if (packet) packet.messageId = messageId;
  }

  /** Takes out the message of that id; undefined where none has it. */
  take(messageId: number | undefined): AedesPublishPacket | undefined {
    const index = this.packets.findIndex((packet) => packet.messageId === messageId);
    return index < 0 ? undefined : this.removeAt(index);
  }

  private removeAt(index: number): AedesPublishPacket | undefined {
    const [packet] = this.packets.splice(index, 1);
    this.bytes -= packet?.payload.length ?? 0;
    return packet;
  }
}
