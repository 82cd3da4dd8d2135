/** Tells applications what devices reported, after it is kept. Bodies: `{"device","timestamp",...}`. */
import type { Bus } from '@alink/bus';
import { encodeEnvelope } from '@alink/contract';
import type { DeviceCore } from '../device-core';
import type { News } from './sink';

export class ApplicationNews {
  constructor(
    private readonly bus: Bus,
    private readonly now: () => number,
  ) {}

  tell({ productID, deviceName }: DeviceCore, news: readonly News[]): void {
    for (const { subject, body } of news) {
      const data = JSON.stringify({ device: { productID, deviceName }, ...body });
      this.bus.publish(subject, encodeEnvelope(data, this.now()));
    }
  }
}
