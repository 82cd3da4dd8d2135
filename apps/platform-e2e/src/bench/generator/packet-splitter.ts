/** Finds where the MQTT packets are in what a socket brings, and no more: a generator that read them whole would be the load. */

/** Types of packets that a server sends: the upper half of the first byte (MQTT 3.1.1, 2.2.1). */
export const PacketType = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/** A packet's bytes: valid only while it is handled. */
export interface Found {
  readonly type: number;
  readonly bytes: Buffer;
  /** Where the packet begins, where what follows its length begins, and where the packet ends. */
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** A remaining length has four bytes at most (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;

export class PacketSplitter {
  private rest: Buffer | undefined;

  constructor(private readonly onPacket: (packet: Found) => void) {}

  /**
   * Takes what has come next; it keeps no reference to `bytes`.
   * @throws {RangeError} on a length that is none
   */
  push(bytes: Buffer): void {
    const all = this.rest ? Buffer.concat([this.rest, bytes]) : bytes;
    let start = 0;
    for (let end = this.read(all, 0); end > 0; end = this.read(all, start)) start = end;
    this.rest = start < all.length ? Buffer.from(all.subarray(start)) : undefined;
  }

  /** Hands on the packet at `start`. @returns where it ends; 0 when it is not there whole */
  private read(bytes: Buffer, start: number): number {
    let length = 0;
    for (let n = 0; n < MAX_LENGTH_BYTES; n++) {
      const byte = bytes[start + 1 + n];
      if (byte === undefined) return 0;
      length += (byte & 0x7f) << (7 * n);
      if (byte & 0x80) continue;
      const body = start + 2 + n;
      const end = body + length;
      if (end > bytes.length) return 0;
      this.onPacket({ type: bytes[start]! >> 4, bytes, start, body, end });
      return end;
    }
    throw new RangeError('a packet with a length of more than four bytes');
  }
}
