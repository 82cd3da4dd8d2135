/**
 * How much is read from one connection: so many bytes a second, and so many units of work (see {@link FrameWalker}),
 * because the shortest frames cost as much as long ones. What comes faster is not dropped: it is not read, so that it waits
 * in the network and the sender slows down. A connection over which many devices speak has the share of several.
 */
import type { Duplex } from 'node:stream';
import { type Clock, TokenBucket } from '@alink/runtime';
import { FrameWalker, type FrameLimits } from './frame-walker';

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
/**
 * Pieces for each unit of work: a TLS record or a WebSocket message is work whatever it holds. Clients write an MQTT packet
 * in up to seven.
 */
const PIECES_PER_WORK = 10;
/** Units of work that a connection gets at once; what has come with them waits for so many milliseconds, while others are served. */
const WORK_AT_ONCE = 16;
const BETWEEN_MS = 20;
/** Shares that may come in one go, and what one frame may hold of filters: others wait as long as that takes. */
const SHARES_AT_ONCE = 5;
/** Bytes that are handed over at once, of large frames, and those that are looked at together. */
const BYTES_AT_ONCE = 64 * 1024;
const PIECE_BYTES = 4096;

/** How a connection is read, for those who know who speaks over it. */
export interface ReadPace {
  /** It may have so many times what one device may (at first: as much as one). */
  share(count: number): void;
}

/**
 * Slows down whoever reads the connection by `read()` on `readable`, as the broker does. A connection whose frames are
 * beyond the limits ends with an error that says why, once the reader has had what stands before.
 */
export const paceReads = (conn: Duplex, options: ReadPacing): ReadPace => {
  const { bytesPerSecond, workPerSecond, clock, onPause } = options;
  let shares = 1;
  const bytes = bytesPerSecond > 0 ? new TokenBucket(bytesPerSecond, bytesPerSecond, clock) : undefined;
  const work = workPerSecond > 0 ? new TokenBucket(workPerSecond, workPerSecond * WORK_BURST_S, clock) : undefined;
  const pieces =
    workPerSecond > 0
      ? new TokenBucket(workPerSecond * PIECES_PER_WORK, workPerSecond * PIECES_PER_WORK * WORK_BURST_S, clock)
      : undefined;
  let atOnce = work ? WORK_AT_ONCE : Infinity;
  const frames = { maxFirstBytes: options.maxFirstBytes, maxFilters: options.maxFilters };
  const walker = new FrameWalker(frames);
  const read = conn.read.bind(conn);
  const push = conn.push.bind(conn);
  /** Pieces that have come since the last look. */
  let came = 0;
  conn.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    came += 1;
    return push(chunk, encoding);
  };
  let isHeld = false;
  let pause: NodeJS.Timeout | undefined;
  conn.once('close', () => clearTimeout(pause));
  const goOn = (): void => {
    isHeld = false;
    if (!conn.destroyed) conn.emit('readable');
  };
  /** The error is told as such: a socket that ends with TLS's close_notify tells of its end first, and of no cause. */
  const stop = (): void => {
    if (conn.destroyed) return;
    conn.emit('error', walker.fault);
    conn.destroy();
  };
  /** Takes as much as may be handed over at once. @returns undefined where nothing is there, or it must not go on */
  const take = (): Buffer | undefined => {
    const parts: Buffer[] = [];
    let price = 0;
    let length = 0;
    do {
      // In pieces: a stream that is emptied gets more from its source, and would grow by what is put back.
      const piece = read(work && conn.readableLength > PIECE_BYTES ? PIECE_BYTES : undefined) as Buffer | null;
      if (!piece) break;
      const walked = walker.walk(piece, atOnce - price);
      price += walker.price;
      length += walked;
      parts.push(piece.subarray(0, walked));
      // Put back, not kept: a stream that still holds bytes does not say that it has ended.
      if (walked < piece.length) conn.unshift(piece.subarray(walked));
    } while (!walker.fault && price < atOnce && length < BYTES_AT_ONCE && conn.readableLength > 0);
    if (parts.length === 0) return undefined;
    const spend = (bucket: TokenBucket | undefined, count: number): number => bucket?.spend(count / shares) ?? 0;
    const waitMs = Math.max(spend(bytes, length), spend(work, price), spend(pieces, came));
    came = 0;
    if (waitMs > 0) onPause();
    if (walker.fault) {
      isHeld = true;
      pause = setTimeout(stop, BETWEEN_MS);
    } else if (waitMs > 0 || (work && conn.readableLength > 0)) {
      isHeld = true;
      pause = setTimeout(goOn, waitMs || BETWEEN_MS);
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts, length);
  };
  // read(0) takes nothing: it is how a stream asks its source for more.
  conn.read = (size?: number): unknown => (size === 0 ? read(size) : isHeld ? null : (take() ?? null));
  return {
    share: (count) => {
      shares = count;
      const sharesAtOnce = Math.min(count, SHARES_AT_ONCE);
      if (work) atOnce = WORK_AT_ONCE * sharesAtOnce;
      frames.maxFilters = options.maxFilters * sharesAtOnce;
    },
  };
};
