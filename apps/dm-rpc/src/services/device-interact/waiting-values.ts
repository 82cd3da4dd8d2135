/** Values that wait for a device to come online, and are sent when it does. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Code, type JsonObject } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import type { DeviceChange } from '../../presence/presence-rows';
import type { CommandSender } from './command-sender';
import { findTarget } from './command-target';
import { withWholeArrays } from './whole-arrays';

const TIMEOUT_MS = 30_000;
/** The node may take the device's commands a moment after it has told of the login. */
const TRIES = 3;
const RETRY_MS = 1000;

export class WaitingValues {
  private readonly running = new Set<Promise<void>>();
  private readonly stopped = new AbortController();

  constructor(
    private readonly context: DmContext,
    private readonly sender: CommandSender,
  ) {}

  /** Keeps values; those that waited for the same properties are replaced. */
  async keep(deviceID: bigint, values: JsonObject): Promise<void> {
    const { prisma, now } = this.context;
    const identifiers = Object.keys(values).sort();
    await prisma.$executeRaw`
      INSERT INTO waiting_value (device_id, identifier, value, updated_at)
      SELECT ${deviceID}::bigint, u.identifier, u.value, ${now()}::bigint FROM unnest(
        ${identifiers}::text[], ${identifiers.map((key) => JSON.stringify(values[key]))}::text[]) AS u (identifier, value)
      ON CONFLICT (device_id, identifier) DO UPDATE SET value = EXCLUDED.value, updated_at = EXCLUDED.updated_at`;
  }

  /** Devices have come online: sends what waits for them. */
  devicesOnline(changes: readonly DeviceChange[]): void {
    this.run(this.sendToThoseWaitedFor(changes), {});
  }

  /** Waits for what is under way. */
  async stop(): Promise<void> {
    this.stopped.abort();
    while (this.running.size > 0) await Promise.all(this.running);
  }

  /** Keeps track of work; a failure leaves the values where they are. */
  private run(work: Promise<void>, about: Partial<DeviceCore>): void {
    const { log } = this.context;
    const tracked = work.catch((error: unknown) =>
      log.warn({ err: error, ...about }, 'waiting values were not sent; they go on waiting'),
    );
    this.running.add(tracked);
    void tracked.finally(() => this.running.delete(tracked));
  }

  /** One look for all: when a whole fleet comes back, hardly any device has values waiting. */
  private async sendToThoseWaitedFor(changes: readonly DeviceChange[]): Promise<void> {
    const ids = changes.map(({ deviceID }) => deviceID);
    const rows = await this.context.prisma.$queryRaw<{ readonly device_id: bigint }[]>`
      SELECT DISTINCT device_id FROM waiting_value WHERE device_id = ANY(${ids}::bigint[])`;
    const waitedFor = new Set(rows.map((row) => row.device_id));
    for (const change of changes) {
      if (!waitedFor.has(change.deviceID)) continue;
      const { productID, deviceName } = change;
      this.run(this.sendWaiting(change), { productID, deviceName });
    }
  }

  private async sendWaiting(change: DeviceChange): Promise<void> {
    const { prisma } = this.context;
    const { deviceID } = change;
    for (let tries = 1; !this.stopped.signal.aborted; tries++) {
      const rows = await prisma.waitingValue.findMany({ where: { deviceID }, orderBy: { identifier: 'asc' } });
      if (rows.length === 0) return;
      const values = Object.fromEntries(rows.map((row) => [row.identifier, JSON.parse(row.value)])) as JsonObject;
      const target = await findTarget(this.context, change);
      const params = await withWholeArrays(this.context, target, values);
      try {
        const { answer } = await this.sender.send({
          device: target.device,
          action: 'propertyControlSend',
          entries: rows.map(({ identifier, value }) => ({ dataID: identifier, content: value })),
          body: { kind: 'thing', type: 'property', message: { method: 'control', params } },
          timeoutMs: TIMEOUT_MS,
        });
        await answer;
        // The device has answered, and a refusal would only be repeated. What was changed meanwhile stays.
        await prisma.waitingValue.deleteMany({
          where: { OR: rows.map(({ identifier, updatedAt }) => ({ deviceID, identifier, updatedAt })) },
        });
        return;
      } catch (error) {
        const isOffline = error instanceof RpcError && error.code === Code.deviceOffline;
        if (!isOffline || tries === TRIES) throw error;
        await sleep(RETRY_MS, undefined, { signal: this.stopped.signal });
      }
    }
  }
}
