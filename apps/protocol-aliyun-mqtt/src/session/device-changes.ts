/**
 * What dm changes takes effect here: caches are dropped, and a device that may no longer be in is cut at once.
 */
import type { Bus, Subscription } from '@alink/bus';
import { decodeEnvelope, subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Session } from './session';
import type { SessionTable } from './session-table';

/** Sessions that are looked at together. */
const RECHECKS_AT_ONCE = 500;

export class DeviceChanges {
  private readonly subscriptions: Subscription[] = [];

  constructor(
    private readonly bus: Bus,
    private readonly directory: DeviceDirectory,
    private readonly sessions: SessionTable,
    private readonly log: Logger,
  ) {}

  start(): void {
    const on = (subject: string, take: (named: Named) => Promise<void>): void => {
      this.subscriptions.push(
        this.bus.subscribe(subject, ({ data }) => {
          take(readNames(data)).catch((error: unknown) =>
            this.log.warn({ err: error, subject }, 'a change was not applied'),
          );
        }),
      );
    };
    const deviceChanged = (named: Named): Promise<void> => this.deviceChanged(named);
    const productChanged = (named: Named): Promise<void> => this.productChanged(named);
    on(subjects.cacheSync('cache:dm:device'), deviceChanged);
    on(subjects.deviceCreated, deviceChanged);
    on(subjects.deviceDeleted, deviceChanged);
    on(subjects.deviceReset, async (named) => {
      await deviceChanged(named);
      await this.endSession(named, 'the device was reset');
    });
    on(subjects.cacheSync('cache:dm:product'), productChanged);
    on(subjects.cacheSync('cache:dm:product:schema'), productChanged);
    on(subjects.productDeleted, productChanged);
    this.bus.onReconnect(() => {
      this.refresh().catch((error: unknown) => this.log.warn({ err: error }, 'products were not refreshed'));
    });
  }

  stop(): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
  }

  /** Everything may have changed: products are asked for again, and every session is checked. */
  async refresh(): Promise<void> {
    await this.directory.everythingChanged();
    await this.recheckAll([...this.sessions]);
  }

  private async deviceChanged({ productID, deviceName }: Named): Promise<void> {
    if (!productID || !deviceName) return this.refresh();
    this.directory.deviceChanged(productID, deviceName);
    for (const productKey of this.directory.productKeys(productID)) {
      const session = this.sessions.get(productKey, deviceName);
      if (session) await this.recheck(session);
    }
  }

  private async productChanged({ productID }: Named): Promise<void> {
    if (!productID) return this.refresh();
    await this.directory.productChanged(productID);
    await this.recheckAll([...this.sessions].filter((session) => session.productID === productID));
  }

  /** Some at a time, so that the directory asks for them together. */
  private async recheckAll(sessions: readonly Session[]): Promise<void> {
    for (let start = 0; start < sessions.length; start += RECHECKS_AT_ONCE) {
      await Promise.all(sessions.slice(start, start + RECHECKS_AT_ONCE).map((session) => this.recheck(session)));
    }
  }

  private async endSession({ productID = '', deviceName = '' }: Named, reason: string): Promise<void> {
    for (const productKey of this.directory.productKeys(productID)) {
      await this.sessions.get(productKey, deviceName)?.end(reason);
    }
  }

  /** Cuts a session whose device would not be let in again. */
  private async recheck(session: Session): Promise<void> {
    const { product, device } = await this.directory.find(session.productKey, session.deviceName);
    const reason = !(product && device)
      ? 'the device was deleted'
      : !(device.enabled && product.enabled)
        ? 'the device was disabled'
        : !(await session.options.stillGood({ product, device }))
          ? 'its credentials were changed or revoked'
          : undefined;
    if (reason) void session.end(reason);
  }
}

/** What a change is about; both absent when the message does not say, which means "anything". */
interface Named {
  readonly productID?: string;
  readonly deviceName?: string;
}

/** Reads `{"productID","deviceName"}`, or the text `productID:deviceName`, from the data of a change. */
const readNames = (body: Buffer): Named => {
  try {
    const { data } = decodeEnvelope(body.toString());
    if (data.startsWith('{')) return JSON.parse(data) as Named;
    const [productID, deviceName] = data.split(':', 2);
    return { productID: productID || undefined, deviceName: deviceName || undefined };
  } catch {
    return {};
  }
};
