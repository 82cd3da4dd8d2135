/**
 * Follows MQTT frames (MQTT 3.1.1, 2.2) as their bytes pass, to say what they cost whoever handles them: a frame costs one
 * unit, and so does each filter of a SUBSCRIBE or UNSUBSCRIBE, which is judged by itself. A PINGREQ costs ten: devices send
 * two a minute at most, and its answer is written by itself.
 */
import type { ProtocolFault } from '../link/protocol-fault';
import { oversizedConnect, tooManyFilters } from '../transport/oversized';

const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const PING_PRICE = 10;
/** Bytes before the first filter: the packet identifier. */
const ID_BYTES = 2;
/** Bytes of a length at most (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;

export interface FrameLimits {
  /** Bytes of the first frame after its length: of a CONNECT. */
  readonly maxFirstBytes: number;
  /** Filters in one frame. */
  readonly maxFilters: number;
}

type State = 'type' | 'length' | 'body' | 'filters';

export class FrameWalker {
  /** What the bytes of the latest {@link walk} cost. */
  price = 0;
  /** Why the stream must end here; undefined while all is well. */
  fault: ProtocolFault | undefined;
  private state: State = 'type';
  private isFirst = true;
  private type = 0;
  private lengthBytes = 0;
  /** Bytes of the frame that are to come. */
  private remaining = 0;
  /** Of a list of filters: bytes until the next length, the byte of it that has come, and how many there were. */
  private untilLength = 0;
  private lengthHigh: number | undefined;
  private filters = 0;

  constructor(private readonly limits: FrameLimits) {}

  /**
   * Walks on to the end of the chunk, or to the first frame that begins when `enough` is spent already.
   * @returns how many bytes it has walked: at least one
   */
  walk(chunk: Uint8Array, enough: number): number {
    this.price = 0;
    let at = 0;
    while (at < chunk.length && !this.fault) {
      switch (this.state) {
        case 'type':
          if (this.price >= enough) return at;
          this.begin(chunk[at++]! >> 4);
          break;
        case 'length':
          this.takeLength(chunk[at++]!);
          break;
        case 'body': {
          const taken = Math.min(this.remaining, chunk.length - at);
          at += taken;
          this.pass(taken);
          break;
        }
        case 'filters':
          at += this.walkFilters(chunk, at);
          break;
      }
    }
    return at;
  }

  private begin(type: number): void {
    this.type = type;
    this.price += type === PINGREQ ? PING_PRICE : 1;
    this.state = 'length';
    this.lengthBytes = 0;
    this.remaining = 0;
  }

  /** A length of more than four bytes is not ours to judge: `transport/frame-guard.ts` cuts the connection there. */
  private takeLength(byte: number): void {
    this.remaining |= (byte & 0x7f) << (7 * this.lengthBytes);
    this.lengthBytes += 1;
    if (byte & 0x80) {
      if (this.lengthBytes < MAX_LENGTH_BYTES) return;
      this.remaining = Infinity;
      this.state = 'body';
      return;
    }
    const { maxFirstBytes } = this.limits;
    if (this.isFirst && this.remaining > maxFirstBytes) this.fault = oversizedConnect(maxFirstBytes);
    this.isFirst = false;
    const hasFilters = this.type === SUBSCRIBE || this.type === UNSUBSCRIBE;
    if (this.remaining === 0) this.state = 'type';
    else if (hasFilters) this.beginFilters();
    else this.state = 'body';
  }

  private beginFilters(): void {
    this.state = 'filters';
    this.filters = 0;
    this.untilLength = ID_BYTES;
    this.lengthHigh = undefined;
  }

  /** @returns how many bytes it has walked */
  private walkFilters(chunk: Uint8Array, at: number): number {
    if (this.untilLength > 0) {
      const taken = Math.min(this.untilLength, this.remaining, chunk.length - at);
      this.untilLength -= taken;
      this.pass(taken);
      return taken;
    }
    const byte = chunk[at]!;
    if (this.lengthHigh === undefined) this.lengthHigh = byte;
    else this.takeFilter((this.lengthHigh << 8) | byte);
    this.pass(1);
    return 1;
  }

  private takeFilter(bytes: number): void {
    const qosBytes = this.type === SUBSCRIBE ? 1 : 0;
    this.untilLength = bytes + qosBytes;
    this.lengthHigh = undefined;
    this.price += 1;
    this.filters += 1;
    const { maxFilters } = this.limits;
    if (this.filters > maxFilters) {
      this.fault = tooManyFilters(this.type === SUBSCRIBE ? 'SUBSCRIBE' : 'UNSUBSCRIBE', maxFilters);
    }
  }

  private pass(bytes: number): void {
    this.remaining -= bytes;
    if (this.remaining === 0) this.state = 'type';
  }
}
