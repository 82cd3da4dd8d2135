/** Tells who went online and offline, after it is committed: applications, and whoever within this process wants to know. */
import { connectReport } from '@alink/contract';
import type { ApplicationNews } from '../ingest/application-news';
import type { DeviceChange } from './presence-rows';

/** Values that wait for a device go out when it comes online. */
export type OnlineListener = (changes: readonly DeviceChange[]) => void;

export class PresenceNews {
  private readonly listeners = new Set<OnlineListener>();

  constructor(private readonly applications: ApplicationNews) {}

  onOnline(listener: OnlineListener): void {
    this.listeners.add(listener);
  }

  tell(changes: readonly DeviceChange[]): void {
    this.applications.tell(changes.map((change) => connectReport(change, change)));
    const online = changes.filter(({ isOnline }) => isOnline);
    if (online.length > 0) for (const listener of this.listeners) listener(online);
  }
}
