/** Tells everyone what has changed, after it is committed: caches drop their entries, nodes cut devices. */
import { setImmediate } from 'node:timers/promises';
import type { Bus } from '@alink/bus';
import { encodeEnvelope, subjects } from '@alink/contract';
import type { DeviceCore } from './device-core';

/** Messages that are sent without giving way. */
const SLICE = 500;

export class Changes {
  constructor(
    private readonly bus: Bus,
    private readonly now: () => number,
  ) {}

  productCreated(productID: string): void {
    this.productChanged(productID);
  }

  productChanged(productID: string): void {
    this.tell(subjects.cacheSync('cache:dm:product'), { productID });
  }

  productDeleted(productID: string): void {
    this.productChanged(productID);
    this.tell(subjects.productDeleted, { productID });
  }

  schemaChanged(productID: string): void {
    this.tell(subjects.cacheSync('cache:dm:product:schema'), { productID });
  }

  deviceCreated(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceCreated, device);
  }

  /**
   * Many at once, in slices between which others get their turn. Nobody can have more of a new device in a cache than
   * that it does not exist, so the news of its creation is all that is told.
   */
  async devicesCreated(devices: readonly DeviceCore[]): Promise<void> {
    for (let start = 0; start < devices.length; start += SLICE) {
      if (start > 0) await setImmediate();
      for (const device of devices.slice(start, start + SLICE)) this.tell(subjects.deviceCreated, device);
    }
  }

  deviceChanged(device: DeviceCore): void {
    this.tell(subjects.cacheSync('cache:dm:device'), device);
  }

  /** The device is to register again: caches drop it, and whoever holds its session ends it. */
  deviceReset(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceReset, device);
  }

  deviceDeleted(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceDeleted, device);
  }

  protocolChanged(code: string): void {
    this.tell(subjects.protocolUpdated(code), { code });
  }

  /** For what could not be told: without a name it says that everything may have changed, and caches ask again. */
  anythingChanged(): void {
    this.tell(subjects.cacheSync('cache:dm:device'), {});
  }

  private tell(subject: string, named: Partial<DeviceCore> & { code?: string }): void {
    const { productID, deviceName, code } = named;
    this.bus.publish(subject, encodeEnvelope(JSON.stringify({ productID, deviceName, code }), this.now()));
  }
}
