/** Tells devices that are online whether to report their log, when an operator has changed that. */
import { LOG_MODE_PUSH, logModeData } from '@alink/alink';
import type { Bus } from '@alink/bus';
import { newAlinkId, PROTOCOL_CODE, subjects, writeDevicePublish } from '@alink/contract';
import type { PrismaClient } from '@alink/db';
import type { DeviceCore } from '../../device-core';
import { modeOf } from './log-mode';

/** Devices between two looks at the database. */
const WAVE = 500;

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
    for (let from = 0n; ;) {
      const wave = await this.prisma.device.findMany({
        where: { productID, isOnline: true, logLevel: 0, id: { gt: from } },
        select: { id: true, deviceName: true },
        orderBy: { id: 'asc' },
        take: WAVE,
      });
      const last = wave.at(-1);
      if (!last) return;
      for (const { deviceName } of wave) this.tell({ productID, deviceName }, mode);
      from = last.id;
    }
  }

  /** Nodes hear it that hold the device; gateways of other protocols ask for the level when they want it. */
  private tell({ productID, deviceName }: DeviceCore, mode: 0 | 1): void {
    const timestamp = this.now();
    // Nobody waits for an answer.
    const msgToken = newAlinkId();
    const body = { method: 'request', path: LOG_MODE_PUSH, params: logModeData({ mode }), msgToken, timestamp };
    const content = { productID, deviceName, handle: 'thing', type: 'request', body } as const;
    this.bus.publish(
      subjects.down('thing', productID, deviceName, PROTOCOL_CODE),
      writeDevicePublish(content, timestamp),
    );
  }
}
