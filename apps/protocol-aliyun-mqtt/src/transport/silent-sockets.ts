/**
 * Connections that have not said yet what they are there for: all that they hold is their socket, and what has come of
 * their first packet. They wait for no turn, and nobody waits for them.
 */
import type { Socket } from 'node:net';
import { limits } from '../limits';
import { readFirst, TLS_HANDSHAKE } from './first-bytes';
import { oversizedConnect } from './oversized';

export interface SilentLimits {
  /** Milliseconds that one may take. */
  readonly waitMs: number;
  /** Of more at once the oldest is closed, unless it is {@link youngMs} old at most. */
  readonly max: number;
  /** Milliseconds that everybody has: a fleet that comes back is accepted in one go, before any of it is read. */
  readonly youngMs: number;
}

export class SilentSockets {
  /** When each came, by the milliseconds of a clock that nobody sets; oldest first. */
  private readonly since = new Map<Socket, number>();

  constructor(private readonly options: SilentLimits) {}

  get count(): number {
    return this.since.size;
  }

  /**
   * Waits until enough has come, and leaves it to the next reader. Rejects when the connection ends first, takes too
   * long, or makes room for others.
   * @param isEnough judges what has come so far; what it throws is why this rejects
   */
  async untilSpoken(socket: Socket, isEnough: (bytes: Buffer) => boolean): Promise<void> {
    this.makeRoom();
    this.since.set(socket, performance.now());
    try {
      const decide = (bytes: Buffer) => (isEnough(bytes) ? ({ value: undefined, taken: 0 } as const) : undefined);
      await readFirst<undefined>(socket, this.options.waitMs, decide);
    } finally {
      this.since.delete(socket);
    }
  }

  private makeRoom(): void {
    const { max, youngMs } = this.options;
    for (const [oldest, since] of this.since) {
      if (this.since.size < max || performance.now() - since <= youngMs) return;
      this.since.delete(oldest);
      oldest.destroy();
    }
  }
}

/** First byte of a CONNECT (MQTT 3.1.1, 3.1.1). */
const CONNECT = 0x10;
/** Bytes of the length that follows it at most (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;
/** Bytes of a TLS record before its content, the last two of which are its length (RFC 8446, 5.1). */
const RECORD_HEADER = 5;

/**
 * Whether a connection has said enough to be worked on: the whole of its CONNECT or of the first TLS record. What begins
 * otherwise is for those to judge who read it.
 * @throws {ProtocolFault} on a CONNECT that is longer than any device sends
 */
export const hasOpened = (bytes: Buffer): boolean => {
  if (bytes[0] === TLS_HANDSHAKE) {
    if (bytes.length < RECORD_HEADER) return false;
    return bytes.length >= Math.min(RECORD_HEADER + bytes.readUInt16BE(3), limits.maxConnectBytes);
  }
  if (bytes[0] !== CONNECT) return bytes.length > 0;
  let length = 0;
  for (let at = 1; at < bytes.length; at++) {
    length |= (bytes[at]! & 0x7f) << (7 * (at - 1));
    if (length > limits.maxConnectBytes) throw oversizedConnect(limits.maxConnectBytes);
    if (!(bytes[at]! & 0x80)) return bytes.length >= 1 + at + length;
    if (at === MAX_LENGTH_BYTES) return true;
  }
  return false;
};

/** What ends the head of an HTTP request (RFC 9112, 2.1), and the letters that one may begin with. */
const END_OF_HEAD = '\r\n\r\n';
const isMethod = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;

/** The same on a port of WebSocket: the whole request for an upgrade, or the first TLS record. */
export const hasAskedUpgrade = (bytes: Buffer): boolean => {
  const [first] = bytes;
  if (first === undefined || first === TLS_HANDSHAKE) return hasOpened(bytes);
  return !isMethod(first) || bytes.includes(END_OF_HEAD) || bytes.length >= limits.maxConnectBytes;
};

/** Whether anything has come. */
export const hasBegun = (bytes: Buffer): boolean => bytes.length > 0;
