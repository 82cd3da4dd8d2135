/**
 * Reports in unitedrhino's form, on `device.up.*` of core NATS: beside the stream for whoever reads that form, or instead
 * of it where unitedrhino's own dm is the reader. Nothing keeps them.
 */
import { subjects, writeDevicePublish, type DeviceReport } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { DmKind } from '../directory/dm-kind';
import type { Keeper } from './report-stream';

export interface ForeignReadersOptions {
  readonly bus: Bus;
  readonly dmKind: DmKind;
  /** Where reports are kept for our own dm. */
  readonly stream: Keeper;
  /** Whether somebody reads unitedrhino's form beside our own dm. */
  readonly copies: boolean;
}

export class ForeignReaders implements Keeper {
  constructor(private readonly options: ForeignReadersOptions) {}

  async keep(report: DeviceReport): Promise<void> {
    const { dmKind, stream, copies } = this.options;
    if (dmKind.isForeign) return this.publish(report, false);
    await stream.keep(report);
    if (copies) this.publish(report, true);
  }

  /** @param kept whether our own dm has it already */
  private publish(report: DeviceReport, kept: boolean): void {
    const { productID, deviceName, topic, arrivedAt, handle, type, message, bytes, explain } = report;
    const body = bytes ?? message ?? {};
    const content = { productID, deviceName, topic, handle, type, body, explain };
    this.options.bus.publish(
      subjects.up(handle, productID, deviceName),
      writeDevicePublish(content, arrivedAt, { kept }),
    );
  }
}
