/** Counts WebSocket frames as their bytes pass (RFC 6455, 5.2), whatever they hold. */

/** Bits of the second byte: whether a mask follows, and the length or how many bytes of one follow. */
const MASKED = 0x80;
const LENGTH = 0x7f;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const MASK_BYTES = 4;

export class WebSocketFrames {
  private state: 'flags' | 'length' | 'longLength' | 'skip' = 'flags';
  private isMasked = false;
  /** Bytes of a long length that are to come, and what it is so far. */
  private lengthBytes = 0;
  private length = 0;
  /** Bytes of mask and content that are to come. */
  private remaining = 0;

  /** @returns how many frames begin in the next bytes of a connection */
  begunIn(chunk: Uint8Array): number {
    let begun = 0;
    for (let at = 0; at < chunk.length;) {
      if (this.state === 'skip') {
        const taken = Math.min(this.remaining, chunk.length - at);
        at += taken;
        this.remaining -= taken;
        if (this.remaining === 0) this.state = 'flags';
        continue;
      }
      const byte = chunk[at++]!;
      if (this.state === 'flags') {
        begun += 1;
        this.state = 'length';
      } else if (this.state === 'length') this.takeLength(byte);
      else this.takeLongLength(byte);
    }
    return begun;
  }

  private takeLength(byte: number): void {
    this.isMasked = (byte & MASKED) !== 0;
    const length = byte & LENGTH;
    if (length < LENGTH_16) return this.begin(length);
    this.lengthBytes = length === LENGTH_64 ? 8 : 2;
    this.length = 0;
    this.state = 'longLength';
  }

  private takeLongLength(byte: number): void {
    this.length = this.length * 256 + byte;
    this.lengthBytes -= 1;
    if (this.lengthBytes === 0) this.begin(this.length);
  }

  private begin(length: number): void {
    this.remaining = length + (this.isMasked ? MASK_BYTES : 0);
    this.state = this.remaining === 0 ? 'flags' : 'skip';
  }
}
