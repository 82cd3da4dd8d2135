/**
 * Reports in unitedrhino's form too, on `device.up.*` of core NATS, for whoever reads that beside our dm. Nothing keeps
 * those.
 */
import { subjects, writeDevicePublish, type DeviceReport } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Keeper } from './keeper';

export class ForeignReaders implements Keeper {
  /** @param stream where reports are kept for our dm */
  constructor(
    private readonly bus: Bus,
    private readonly stream: Keeper,
  ) {}

  async keep(report: DeviceReport): Promise<void> {
    await this.stream.keep(report);
    const { productID, deviceName, topic, arrivedAt, handle, type, message, bytes, explain } = report;
    const content = { productID, deviceName, topic, handle, type, body: bytes ?? message ?? {}, explain };
    this.bus.publish(
      subjects.up(handle, productID, deviceName),
      writeDevicePublish(content, arrivedAt, { kept: true }),
    );
  }
}
