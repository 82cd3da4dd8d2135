/**
 * Follows MQTT frames as they pass and stops a connection before an oversized one is buffered: aedes' parser collects
 * a whole packet whatever its announced length (up to 256 MiB), so the length must be judged as soon as it is read.
 */
import type { Duplex } from 'node:stream';
import { ProtocolFault } from '../link/protocol-fault';
import type { FrameRules } from './frame-rules';

/** Bytes of the fixed header's length field at most (MQTT 3.1.1, 2.2.3); fewer may be padded to as many. */
const MAX_LENGTH_BYTES = 4;

/** Where a stream must end. */
export interface StreamEnd {
  readonly fault: ProtocolFault;
  /** Bytes of this piece that stand before the frame at fault: they may pass. */
  readonly good: number;
}

/** A frame follower: feed it what the socket gives, in any pieces. */
export class FrameScanner {
  private state: 'type' | 'length' | 'body' = 'type';
  private lengthBytes = 0;
  private remaining = 0;

  /**
   * @param maxBytes the longest frame body that may pass
   * @param rules judges how frames begin; absent: they may begin as they like
   */
  constructor(
    private readonly maxBytes: number,
    private readonly rules?: FrameRules,
  ) {}

  /**
   * Takes the next bytes, in which the first one of a frame may be put right.
   * @returns where and why the stream must end, or undefined
   */
  push(chunk: Uint8Array): StreamEnd | undefined {
    let at = 0;
    let good = 0;
    while (at < chunk.length) {
      if (this.state === 'body') {
        const taken = Math.min(this.remaining, chunk.length - at);
        at += taken;
        this.remaining -= taken;
        if (this.remaining === 0) this.state = 'type';
        continue;
      }
      if (this.state === 'type') {
        good = at;
        const meant = this.rules?.judge(chunk[at]!, chunk.subarray(at + 1));
        if (typeof meant === 'object') return { fault: meant, good };
        if (meant !== undefined) chunk[at] = meant;
        at += 1;
        this.state = 'length';
        this.lengthBytes = 0;
        this.remaining = 0;
        continue;
      }
      const fault = this.takeLength(chunk[at++]!);
      if (fault) return { fault, good };
    }
    return undefined;
  }

  private takeLength(byte: number): ProtocolFault | undefined {
    this.remaining |= (byte & 0x7f) << (7 * this.lengthBytes);
    this.lengthBytes += 1;
    if (this.remaining > this.maxBytes) return tooLarge(this.remaining, this.maxBytes);
    if ((byte & 0x80) === 0) this.state = this.remaining === 0 ? 'type' : 'body';
    else if (this.lengthBytes === MAX_LENGTH_BYTES) return malformedLength();
    return undefined;
  }
}

const tooLarge = (bytes: number, maxBytes: number): ProtocolFault =>
  new ProtocolFault(
    `frame too large: it announces ${bytes} bytes or more, and ${maxBytes} may pass`,
    'send less in one message, or look for bytes that are lost on the way from the firmware to the network',
  );

const malformedLength = (): ProtocolFault =>
  new ProtocolFault(
    `malformed length: it takes more than ${MAX_LENGTH_BYTES} bytes`,
    'look at how the firmware writes the remaining length (MQTT 3.1.1, 2.2.3)',
  );

/**
 * Puts a scanner between a connection and whoever reads it. What stands before a violation is read first; then the
 * connection ends with an error that says why, and the reader sees the end of the stream.
 * @param end ends it (default: destroys the connection)
 */
export const guardFrames = (
  conn: Duplex,
  maxBytes: number,
  rules?: FrameRules,
  end: (fault: ProtocolFault) => void = (fault) => void conn.destroy(fault),
): void => {
  const scanner = new FrameScanner(maxBytes, rules);
  const read = conn.read.bind(conn);
  let fault: ProtocolFault | undefined;
  const stop = (): null => {
    end(fault!);
    return null;
  };
  conn.read = (size?: number): unknown => {
    // read(0) takes nothing: it is how a stream asks its source for more.
    if (fault) return size === 0 ? null : stop();
    const chunk = read(size) as Buffer | null;
    const found = chunk && scanner.push(chunk);
    if (!found) return chunk;
    fault = found.fault;
    return found.good > 0 ? chunk.subarray(0, found.good) : stop();
  };
};
