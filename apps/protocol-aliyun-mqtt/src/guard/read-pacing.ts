/**
 * How much is read from one connection: so many bytes a second, and so many units of work (see {@link FrameWalker}),
 * because the shortest frames cost as much as long ones. What comes faster is not dropped: it is not read, so that it waits
 * in the network and the sender slows down.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '@alink/runtime';
import { FrameWalker, type FrameLimits } from './frame-walker';
import { TokenBucket } from './token-bucket';

export interface ReadPacing extends FrameLimits {
  /** 0 = no limit. Up to one second's worth may come at once. */
  readonly bytesPerSecond: number;
  /** 0 = no limit. Up to {@link WORK_BURST_S} seconds' worth may come at once. */
  readonly workPerSecond: number;
  readonly clock: Clock;
  /** The connection is not read for a while. */
  readonly onPause: () => void;
}

/** What a device has collected while it was offline, and a SUBSCRIBE of all that it may have, need not wait. */
const WORK_BURST_S = 5;
/** Units of work that a connection gets at once; what has come with them waits for so many milliseconds, while others are served. */
const WORK_AT_ONCE = 16;
const BETWEEN_MS = 20;

/**
 * Slows down whoever reads the connection by `read()` on `readable`, as the broker does. A connection whose frames are
 * beyond the limits is destroyed with an error that says why; the reader sees the end of the stream.
 */
export const paceReads = (conn: Duplex, options: ReadPacing): void => {
  const { bytesPerSecond, workPerSecond, clock, onPause } = options;
  const bytes = bytesPerSecond > 0 ? new TokenBucket(bytesPerSecond, bytesPerSecond, clock) : undefined;
  const work = workPerSecond > 0 ? new TokenBucket(workPerSecond, workPerSecond * WORK_BURST_S, clock) : undefined;
  const atOnce = work ? WORK_AT_ONCE : Infinity;
  const walker = new FrameWalker(options);
  const read = conn.read.bind(conn);
  let isHeld = false;
  let pause: NodeJS.Timeout | undefined;
  conn.once('close', () => clearTimeout(pause));
  const goOn = (): void => {
    isHeld = false;
    if (!conn.destroyed) conn.emit('readable');
  };
  conn.read = (size?: number): unknown => {
    // read(0) takes nothing: it is how a stream asks its source for more.
    if (size === 0) return read(size);
    if (isHeld) return null;
    const chunk = read(size) as Buffer | null;
    if (!chunk) return chunk;
    const length = walker.walk(chunk, atOnce);
    if (walker.fault) {
      conn.destroy(new Error(walker.fault));
      return null;
    }
    const isAll = length === chunk.length;
    // Put back, not kept: a stream that still holds bytes does not say that it has ended.
    if (!isAll) conn.unshift(chunk.subarray(length));
    const waitMs = Math.max(bytes?.spend(length) ?? 0, work?.spend(walker.price) ?? 0);
    if (waitMs > 0) onPause();
    if (waitMs > 0 || !isAll) {
      isHeld = true;
      pause = setTimeout(goOn, waitMs || BETWEEN_MS);
    }
    return isAll ? chunk : chunk.subarray(0, length);
  };
};
