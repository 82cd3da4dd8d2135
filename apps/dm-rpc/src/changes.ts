/** Tells everyone what has changed, after it is committed: caches drop their entries, gateways cut devices. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope, subjects } from '@alink/contract';
import type { DeviceCore } from './context';

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

  private tell(subject: string, named: Partial<DeviceCore> & { code?: string }): void {
    const { productID, deviceName, code } = named;
    this.bus.publish(subject, encodeEnvelope(JSON.stringify({ productID, deviceName, code }), this.now()));
  }
}
