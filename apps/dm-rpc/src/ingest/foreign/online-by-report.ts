/**
 * Devices behind foreign nodes that report while they count as offline: nobody has told of their session, or the word was
 * lost. They come online, a little later, as with unitedrhino: a report may also be the last word before the end.
 */
import { encodeEnvelope, PROTOCOL_CODE, subjects, type StatusChange } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { PrismaClient } from '@alink/db';
import { Turns, type Logger } from '@alink/runtime';
import { deviceKey, type DeviceCore } from '../../device-core';

const DELAY_MS = 5000;

export interface OnlineByReportOptions {
  readonly bus: Bus;
  readonly prisma: PrismaClient;
  readonly log: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds (default 5000). */
  readonly delayMs?: number;
}

export class OnlineByReport {
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  /** A whole fleet may begin to report in the same second. */
  private readonly turns = new Turns({ atOnce: 2 });

  constructor(private readonly options: OnlineByReportOptions) {}

  /** A device that is offline has reported. Sessions of our own nodes are for them to tell. */
  reported({ productID, deviceName }: DeviceCore, protocolCode: string): void {
    const device = { productID, deviceName };
    const key = deviceKey(device);
    if (protocolCode === PROTOCOL_CODE || this.waiting.has(key)) return;
    const bring = async () => {
      try {
        await this.turns.take(() => this.bringOnline(device));
      } catch (err) {
        this.options.log.warn({ err, ...device }, 'a device that reports was not taken for online');
      } finally {
        this.waiting.delete(key);
      }
    };
    this.waiting.set(key, setTimeout(() => void bring(), this.options.delayMs ?? DELAY_MS).unref());
  }

  stop(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  /** Through the stream, like any other session: so it has its place among them. */
  private async bringOnline(device: DeviceCore): Promise<void> {
    const { bus, prisma, now } = this.options;
    const row = await prisma.device.findUnique({
      where: { productID_deviceName: device },
      select: { isOnline: true },
    });
    if (!row || row.isOnline) return;
    const { productID, deviceName } = device;
    const status: StatusChange = {
      ...device,
      action: 'connected',
      username: '',
      timestamp: now(),
      addr: '',
      clientID: `${productID}&${deviceName}`,
      reason: 'it reports',
    };
    await bus.publishKept(subjects.sessionBegan, encodeEnvelope(JSON.stringify(status), now()));
  }
}
