/**
 * Tells everyone what has changed, after it is committed: caches drop their entries, nodes cut devices. What is told has
 * the forms of unitedrhino's dm, whose caches compare them byte for byte with the key of an entry: a product is its
 * productID and nothing around it, a device is JSON.
 */
import { setImmediate } from 'node:timers/promises';
import type { Bus } from '@alink/bus';
import { encodeEnvelope, subjects } from '@alink/contract';
import type { DeviceCore } from './device-core';

/** Messages that are sent without giving way. */
const SLICE = 500;

/** The members in the order in which unitedrhino writes them: the text is the key. */
const deviceData = ({ productID, deviceName }: DeviceCore): string => JSON.stringify({ productID, deviceName });

export class Changes {
  constructor(
    private readonly bus: Bus,
    private readonly now: () => number,
  ) {}

  /** Somebody may have in a cache that it does not exist. */
  productCreated(productID: string): void {
    this.productChanged(productID);
    this.tell(subjects.productCreated, productID);
  }

  /** What its page shows. */
  productUpdated(productID: string): void {
    this.productChanged(productID);
    this.tell(subjects.productUpdated, productID);
  }

  /** Anything that caches have of it. */
  productChanged(productID: string): void {
    this.tell(subjects.cacheSync('cache:dm:product'), productID);
  }

  productDeleted(productID: string): void {
    this.schemaChanged(productID);
    this.productChanged(productID);
    this.tell(subjects.productDeleted, productID);
  }

  /** What gateways of unitedrhino's run for it. */
  productCustomChanged(productID: string): void {
    this.tell(subjects.productCustomUpdated, JSON.stringify({ productID, deviceName: '' }));
  }

  schemaChanged(productID: string): void {
    this.tell(subjects.cacheSync('cache:dm:product:schema'), productID);
  }

  deviceCreated(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceCreated, deviceData(device));
  }

  /**
   * Many at once, in slices between which others get their turn. Nobody can have more of a new device in a cache than
   * that it does not exist, so the news of its creation is all that is told.
   */
  devicesCreated(devices: readonly DeviceCore[]): Promise<void> {
    return this.each(devices, (device) => this.tell(subjects.deviceCreated, deviceData(device)));
  }

  /** Their thing models are others than before. */
  deviceSchemasChanged(devices: readonly DeviceCore[]): Promise<void> {
    return this.each(devices, (device) => this.tell(subjects.cacheSync('cache:dm:device:schema'), deviceData(device)));
  }

  /** Many at once, in slices as when they are created. */
  devicesChanged(devices: readonly DeviceCore[]): Promise<void> {
    return this.each(devices, (device) => this.deviceChanged(device));
  }

  /** What its page shows. */
  deviceUpdated(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceUpdated, deviceData(device));
  }

  /** Many at once, in slices as when they are created. */
  devicesUpdated(devices: readonly DeviceCore[]): Promise<void> {
    return this.each(devices, (device) => this.deviceUpdated(device));
  }

  /** What it was to its owner, another device is now. */
  deviceMoved(from: DeviceCore, to: DeviceCore): void {
    this.deviceUpdated(from);
    this.deviceUpdated(to);
    this.tell(subjects.deviceUnbound, deviceData(from));
  }

  /** Anything that caches have of it. */
  deviceChanged(device: DeviceCore): void {
    this.tell(subjects.cacheSync('cache:dm:device'), deviceData(device));
  }

  /** The device is to register again: caches drop it, and whoever holds its session ends it. */
  deviceReset(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceReset, deviceData(device));
  }

  deviceDeleted(device: DeviceCore): void {
    this.deviceChanged(device);
    this.tell(subjects.deviceDeleted, deviceData(device));
  }

  /** @param configs the configurations of the protocol that are in force now */
  protocolChanged(code: string, configs: readonly Readonly<Record<string, string>>[]): void {
    this.tell(subjects.protocolUpdated(code), JSON.stringify(configs));
  }

  /**
   * For what could not be told: without a name it says that everything may have changed, and our nodes ask again. A cache
   * of unitedrhino's looks for an entry with this key and finds none.
   */
  anythingChanged(): void {
    this.tell(subjects.cacheSync('cache:dm:device'), '{}');
  }

  private async each(devices: readonly DeviceCore[], tell: (device: DeviceCore) => void): Promise<void> {
    for (let start = 0; start < devices.length; start += SLICE) {
      if (start > 0) await setImmediate();
      for (const device of devices.slice(start, start + SLICE)) tell(device);
    }
  }

  private tell(subject: string, data: string): void {
    this.bus.publish(subject, encodeEnvelope(data, this.now()));
  }
}
