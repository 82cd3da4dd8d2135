/**
 * Follows MQTT frames as they pass and stops a connection before an oversized one is buffered: aedes' parser collects
 * a whole packet whatever its announced length (up to 256 MiB), so the length must be judged as soon as it is read.
 */
import type { Duplex } from 'node:stream';

/** Bytes of the fixed header's length field at most (MQTT 3.1.1, 2.2.3). */
const MAX_LENGTH_BYTES = 4;

/** A frame follower: feed it what the socket gives, in any pieces. */
export class FrameScanner {
  private state: 'type' | 'length' | 'body' = 'type';
  private lengthBytes = 0;
  private remaining = 0;

  /** @param maxBytes the longest frame body that may pass */
  constructor(private readonly maxBytes: number) {}

  /** Takes the next bytes. @returns why the stream must end here, or undefined */
  push(chunk: Uint8Array): 'frame too large' | 'malformed length' | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'body') {
        const taken = Math.min(this.remaining, chunk.length - at);
        at += taken;
        this.remaining -= taken;
        if (this.remaining === 0) this.state = 'type';
        continue;
      }
      const byte = chunk[at++]!;
      if (this.state === 'type') {
        this.state = 'length';
        this.lengthBytes = 0;
        this.remaining = 0;
        continue;
      }
      this.remaining |= (byte & 0x7f) << (7 * this.lengthBytes);
      this.lengthBytes += 1;
      if (this.remaining > this.maxBytes) return 'frame too large';
      if (byte & 0x80) {
        if (this.lengthBytes === MAX_LENGTH_BYTES) return 'malformed length';
      } else {
        this.state = this.remaining === 0 ? 'type' : 'body';
      }
    }
    return undefined;
  }
}

/**
 * Puts a scanner between a connection and whoever reads it. A violation destroys the connection with an error that
 * says why; the reader sees the end of the stream.
 */
export const guardFrames = (conn: Duplex, maxBytes: number): void => {
  const scanner = new FrameScanner(maxBytes);
  const read = conn.read.bind(conn);
  conn.read = (size?: number): unknown => {
    const chunk = read(size) as Buffer | null;
    const fault = chunk && scanner.push(chunk);
    if (!fault) return chunk;
    conn.destroy(new Error(fault));
    return null;
  };
};
