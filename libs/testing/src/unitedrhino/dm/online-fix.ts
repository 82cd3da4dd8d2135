/**
 * A device that reports, and counts as offline, must be online: after some seconds, lest it was just coming or going
 * (unitedrhino, things: deviceMsgEvent).
 */
import { ONLINE, type Presence } from './presence';
import { keyOf, type DeviceRef, type DmState } from './state';

/** Milliseconds that it waits. */
export const ONLINE_FIX_MS = 5000;

export class OnlineFix {
  private readonly waiting = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly state: DmState,
    private readonly presence: Presence,
    private readonly delayMs: number,
  ) {}

  /** @param timestamp of the report, Unix milliseconds */
  reported({ productID, deviceName }: DeviceRef, timestamp: number): void {
    const device = { productID, deviceName };
    const key = keyOf(device);
    if (this.state.device(device)?.isOnline === ONLINE || this.waiting.has(key)) return;
    const fix = (): void => {
      this.waiting.delete(key);
      if (this.state.device(device)?.isOnline === ONLINE) return;
      void this.presence.take([{ device, isOnline: true, timestamp, reason: 'report_fix' }]);
    };
    this.waiting.set(key, setTimeout(fix, this.delayMs));
  }

  stop(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }
}
