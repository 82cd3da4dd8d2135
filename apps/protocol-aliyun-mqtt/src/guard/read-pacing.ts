/**
 * How many bytes a second are read from one connection. What comes faster is not dropped: it is not read, so that it
 * waits in the network and the sender slows down.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '@alink/runtime';
import { TokenBucket } from './token-bucket';

export interface ReadPacing {
  /** 0 = no limit. Up to one second's worth may come at once. */
  readonly bytesPerSecond: number;
  readonly clock: Clock;
  /** The connection is not read for a while. */
  readonly onPause: () => void;
}

/** Slows down whoever reads the connection by `read()` on `readable`, as the broker does. */
export const paceReads = (conn: Duplex, { bytesPerSecond, clock, onPause }: ReadPacing): void => {
  if (bytesPerSecond === 0) return;
  const bucket = new TokenBucket(bytesPerSecond, bytesPerSecond, clock);
  const read = conn.read.bind(conn);
  let pause: NodeJS.Timeout | undefined;
  conn.once('close', () => clearTimeout(pause));
  conn.read = (size?: number): unknown => {
    // read(0) takes nothing: it is how a stream asks its source for more.
    if (pause && size !== 0) return null;
    const chunk = read(size) as Buffer | null;
    if (!chunk) return chunk;
    const waitMs = bucket.spend(chunk.length);
    if (waitMs > 0) {
      onPause();
      pause = setTimeout(() => {
        pause = undefined;
        conn.emit('readable');
      }, waitMs);
    }
    return chunk;
  };
};
