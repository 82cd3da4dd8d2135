/** Tells who went online and offline, after it is committed: applications, and whoever within this process wants to know. */
import { connectReport } from '@alink/contract';
import type { ApplicationNews } from '../ingest/application-news';
import { coreOf, type DeviceChange } from './presence-rows';

/** Values that wait for a device go out when it comes online. */
export type OnlineListener = (changes: readonly DeviceChange[]) => void;

/** Changes that are told in one turn of the event loop: with a gateway device thousands may go at once. */
const AT_ONCE = 500;

export class PresenceNews {
  private readonly listeners = new Set<OnlineListener>();
  /** What waits for its turn, oldest first. */
  private waiting: DeviceChange[] = [];

  constructor(private readonly applications: ApplicationNews) {}

  onOnline(listener: OnlineListener): void {
    this.listeners.add(listener);
  }

  /** In the order given, behind everything that was given before; the first of them at once. */
  tell(changes: readonly DeviceChange[]): void {
    const isUnderWay = this.waiting.length > 0;
    this.waiting = this.waiting.concat(changes);
    if (!isUnderWay) this.tellNext();
  }

  private tellNext(): void {
    const changes = this.waiting.slice(0, AT_ONCE);
    this.applications.tell(
      changes.map((change) => connectReport(change, { ...change, via: change.via ? coreOf(change.via) : undefined })),
    );
    const online = changes.filter(({ isOnline }) => isOnline);
    if (online.length > 0) for (const listener of this.listeners) listener(online);
    this.waiting = this.waiting.slice(AT_ONCE);
    if (this.waiting.length > 0) setImmediate(() => this.tellNext());
  }
}
