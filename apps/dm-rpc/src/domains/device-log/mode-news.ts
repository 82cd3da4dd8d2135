/** Tells devices that are online whether to report their log, when an operator has changed that. */
import { LOG_MODE_PUSH, logModeData } from '@alink/alink';
import type { Bus } from '@alink/bus';
import type { PrismaClient } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { alinkRequest } from '../../services/device-interact/alink-request';
import { WAVE, waves } from '../../waves';
import { modeOf } from './log-mode';

/** What decides the mode. */
export interface LogLevels {
  readonly deviceLevel: number;
  /** `protocolConf["logLevel"]` of the product. */
  readonly productLevel: string | undefined;
}

const modeOfLevels = ({ deviceLevel, productLevel }: LogLevels) => modeOf(deviceLevel, productLevel).mode;

export class LogModeNews {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly bus: Bus,
    /** Unix milliseconds. */
    private readonly now: () => number,
  ) {}

  /** A device has another level; where that makes no other mode of it, nobody is told. */
  deviceChanged(device: DeviceCore, before: LogLevels, after: LogLevels): void {
    if (modeOfLevels(before) !== modeOfLevels(after)) this.tell(device, modeOfLevels(after));
  }

  /** A product has another level: it is that of the devices that have none of their own. */
  async productChanged(productID: string, before: string | undefined, after: string | undefined): Promise<void> {
    const mode = modeOf(0, after).mode;
    if (modeOf(0, before).mode === mode) return;
    const concerned = (id: bigint) =>
      this.prisma.device.findMany({
        where: { productID, isOnline: true, logLevel: 0, id: { gt: id } },
        select: { id: true, deviceName: true },
        orderBy: { id: 'asc' },
        take: WAVE,
      });
    for await (const wave of waves(concerned)) {
      for (const { deviceName } of wave) this.tell({ productID, deviceName }, mode);
    }
  }

  /** Nodes hear it that hold the device; gateways of other protocols ask for the level when they want it. */
  private tell(device: DeviceCore, mode: 0 | 1): void {
    const request = { path: LOG_MODE_PUSH, params: logModeData({ mode }) };
    const { subject, message } = alinkRequest(device, request, this.now());
    this.bus.publish(subject, message);
  }
}
