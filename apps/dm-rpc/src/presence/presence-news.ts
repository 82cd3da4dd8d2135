/** Tells everyone which devices went online and offline, after it is committed. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, OnlineState, subjects } from '@alink/contract';
import type { DeviceChange } from './presence-rows';

/** Told within this process too: values that wait for a device go out when it comes online. */
export type OnlineListener = (changes: readonly DeviceChange[]) => void;

export class PresenceNews {
  private readonly listeners = new Set<OnlineListener>();

  constructor(
    private readonly bus: Bus,
    private readonly now: () => number,
  ) {}

  onOnline(listener: OnlineListener): void {
    this.listeners.add(listener);
  }

  tell(changes: readonly DeviceChange[]): void {
    for (const change of changes) {
      const { productID, deviceName, isOnline, timestamp, reason } = change;
      const now = this.now();
      const device = { productID, deviceName };
      const action = isOnline ? 'connected' : 'disconnected';
      this.bus.publish(
        subjects.onlineStatusChanged,
        encodeEnvelope(
          JSON.stringify({
            ...device,
            isOnline: isOnline ? OnlineState.online : OnlineState.offline,
            timestamp,
            reason,
          }),
          now,
        ),
      );
      this.bus.publish(
        subjects.application.status(productID, deviceName, action),
        encodeEnvelope(JSON.stringify({ device, status: action, timestamp, reason }), now),
      );
    }
    const online = changes.filter(({ isOnline }) => isOnline);
    if (online.length > 0) for (const listener of this.listeners) listener(online);
  }
}
