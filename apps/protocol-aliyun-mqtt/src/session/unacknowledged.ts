/**
 * Messages of QoS 1 that a client has not acknowledged yet. Bounded, so that one that is stuck holds no memory; and within
 * what is stored of them, since nobody hears of the acknowledgement of a message that had to go there.
 */
import { limits } from '../limits';

export class Unacknowledged {
  /** Length of each, oldest first: which one an acknowledgement is for is not told, and clients keep the order. */
  private readonly lengths: number[] = [];
  private sum = 0;

  /**
   * Whether there may be another one.
   * @param devices that the client speaks for
   */
  hasRoom(length: number, devices: number): boolean {
    const { maxUnackedDownlinks, maxShares, maxUnackedBytes } = limits;
    const { lengths } = this;
    if (lengths.length >= maxUnackedDownlinks * Math.min(devices, maxShares)) return false;
    return lengths.length === 0 || this.sum + length <= maxUnackedBytes;
  }

  add(length: number): void {
    this.lengths.push(length);
    this.sum += length;
  }

  remove(): void {
    this.sum -= this.lengths.shift() ?? 0;
  }
}
