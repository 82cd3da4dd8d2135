/**
 * The history of devices that are gone. It may be long, and nobody shall wait for it: a device is deleted and everyone
 * is told, then its history goes. What a process that ended has left is taken up by the next.
 */
import { deleteHistory, type PrismaClient } from '@alink/db';
import type { Logger } from '@alink/runtime';
import type { DeviceCore } from './device-core';
import type { Transaction } from './transaction';

/** For what another process has left while this one runs on. */
const INTERVAL_MS = 3_600_000;

export class DeletedDevices {
  private readonly stopping = new AbortController();
  private timer?: NodeJS.Timeout;
  private running: Promise<void> = Promise.resolve();
  private isWaiting = false;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly log: Logger,
  ) {}

  /** Takes up what is left, now and from time to time. */
  start(): void {
    this.timer = setInterval(() => this.clean(), INTERVAL_MS);
    this.clean();
  }

  /** Deletes a device, which exists, with all but its history; call {@link clean} once it is committed. */
  async delete(tx: Transaction, { productID, deviceName }: DeviceCore, deviceID: bigint, nowMs: number): Promise<void> {
    const device = { productID, deviceName };
    await tx.device.delete({ where: { id: deviceID } });
    await tx.deletedDevice.create({ data: { ...device, deviceID, deletedAt: new Date(nowMs) } });
    await tx.certificate.deleteMany({ where: device });
  }

  /** Deletes in the background what is left of all of them. */
  clean(): void {
    if (this.isWaiting || this.stopping.signal.aborted) return;
    this.isWaiting = true;
    this.running = this.running
      .then(() => {
        this.isWaiting = false;
        return this.cleanAll();
      })
      .catch((err) => this.log.error({ err }, 'history of deleted devices could not be deleted; trying again later'));
  }

  /** Waits for the batch under way. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.stopping.abort();
    await this.running;
  }

  private async cleanAll(): Promise<void> {
    const { signal } = this.stopping;
    for (const device of await this.prisma.deletedDevice.findMany({ orderBy: { deletedAt: 'asc' } })) {
      const { deviceID, productID, deviceName } = device;
      await deleteHistory(this.prisma, { table: 'property_history', deviceID }, signal);
      await deleteHistory(this.prisma, { table: 'event_history', deviceID }, signal);
      await deleteHistory(this.prisma, { table: 'sdk_log', deviceID }, signal);
      await deleteHistory(this.prisma, { table: 'network_status', deviceID }, signal);
      // By name: what came later is that of another device, which has got the name since.
      const until = device.deletedAt.getTime();
      await deleteHistory(this.prisma, { table: 'hub_log', productID, deviceName, until }, signal);
      if (signal.aborted) return;
      await this.prisma.deletedDevice.deleteMany({ where: { deviceID } });
    }
  }
}
