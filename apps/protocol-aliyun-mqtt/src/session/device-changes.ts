/**
 * What dm changes takes effect here: caches are dropped, and a device that may no longer be in is cut at once.
 */
import type { Bus, Subscription } from '@alink/bus';
import { decodeEnvelope, subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import { Rechecks } from './rechecks';
import type { EndCause } from './end-cause';
import type { Session } from './session';
import type { SessionTable } from './session-table';

export class DeviceChanges {
  private readonly subscriptions: Subscription[] = [];
  private readonly rechecks: Rechecks;
  private changes = 0;

  constructor(
    private readonly bus: Bus,
    private readonly directory: DeviceDirectory,
    private readonly sessions: SessionTable,
    log: Logger,
  ) {
    this.rechecks = new Rechecks(directory, sessions, log);
  }

  start(): void {
    const on = (subject: string, take: (named: Named) => Promise<void>): void => {
      this.subscriptions.push(this.bus.subscribe(subject, ({ data }) => void take(readNames(data))));
    };
    const deviceChanged = (named: Named): Promise<void> => this.deviceChanged(named);
    const productChanged = (named: Named): Promise<void> => this.productChanged(named);
    on(subjects.cacheSync('cache:dm:device'), deviceChanged);
    on(subjects.cacheSync('cache:dm:device:schema'), deviceChanged);
    on(subjects.deviceCreated, deviceChanged);
    on(subjects.deviceDeleted, deviceChanged);
    on(subjects.deviceReset, (named) => {
      this.deviceReset(named);
      return this.deviceChanged(named);
    });
    on(subjects.cacheSync('cache:dm:product'), productChanged);
    on(subjects.cacheSync('cache:dm:product:schema'), productChanged);
    on(subjects.productDeleted, productChanged);
    this.bus.onReconnect(() => void this.refresh());
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.rechecks.stop();
  }

  /** Changes heard of so far, for {@link began}. */
  get heard(): number {
    return this.changes;
  }

  /**
   * A session is in the table, where changes find it. One that came while its login was decided has not.
   * @param heard {@link heard} at the beginning of its login
   */
  began(session: Session, heard: number): void {
    const { productKey, deviceName } = session;
    if (heard === this.changes && this.directory.isCurrent(productKey, deviceName)) return;
    void this.rechecks.check([session]);
  }

  /** Everything may have changed: every session is checked, and its product is asked for again. */
  async refresh(): Promise<void> {
    this.changes += 1;
    this.directory.everythingChanged();
    await this.rechecks.check([...this.sessions]);
  }

  /**
   * A device has changed: so it is told, or this node has had it changed and need not wait until it is.
   * Resolves when its session has been looked at.
   */
  async deviceChanged({ productID, deviceName }: Named): Promise<void> {
    if (!productID || !deviceName) return this.refresh();
    this.changes += 1;
    this.directory.deviceChanged(productID, deviceName);
    await this.rechecks.check(this.sessionsOf(productID, deviceName));
  }

  private async productChanged({ productID }: Named): Promise<void> {
    if (!productID) return this.refresh();
    this.changes += 1;
    this.directory.productChanged(productID);
    await this.rechecks.check([...this.sessions].filter((session) => session.productID === productID));
  }

  /** Needs no look-up: whatever is known of the device, a session of before does not go on. */
  private deviceReset({ productID = '', deviceName = '' }: Named): void {
    for (const productKey of this.directory.productKeys(productID)) this.sessions.forgetLogin(productKey, deviceName);
    for (const session of this.sessionsOf(productID, deviceName)) this.rechecks.end(session, DEVICE_RESET);
  }

  private sessionsOf(productID: string, deviceName: string): Session[] {
    return this.directory
      .productKeys(productID)
      .map((productKey) => this.sessions.get(productKey, deviceName))
      .filter((session) => session !== undefined);
  }
}

const DEVICE_RESET: EndCause = { text: 'the device was reset', code: 520 };

/** What a change is about; both absent when the message does not say, which means "anything". */
interface Named {
  readonly productID?: string;
  readonly deviceName?: string;
}

/** Reads `{"productID","deviceName"}`, or the text `productID:deviceName`, from the data of a change. */
export const readNames = (body: Buffer): Named => {
  try {
    const { data } = decodeEnvelope(body.toString());
    if (data.startsWith('{')) return JSON.parse(data) as Named;
    const [productID, deviceName] = data.split(':', 2);
    return { productID: productID || undefined, deviceName: deviceName || undefined };
  } catch {
    return {};
  }
};
