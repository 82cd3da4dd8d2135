/**
 * Sends desired values to their devices: those that wait when a device comes online, and new ones at once to a device that
 * is online. What a device has answered it has; the value itself stays.
 */
import { Code, type JsonObject, type UserContext } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { Errands, TRIES } from '../../errands';
import type { DeviceChange } from '../../presence/presence-rows';
import type { CommandSender } from '../../services/device-interact/command-sender';
import { findTarget, type CommandTarget } from '../../services/device-interact/command-target';
import { withWholeArrays } from '../../services/device-interact/whole-arrays';
import { DeviceTurns, type DeviceLine } from './device-turns';
import {
  claimValues,
  dropValues,
  markSent,
  readValues,
  releaseValues,
  type ClaimedValue,
  type SentValue,
} from './store';

const TIMEOUT_MS = 30_000;
/** Devices that are sent to or waited for at once: one that does not answer takes its place for the whole of that time. */
const AT_ONCE = 1000;

/** Values to be sent. */
interface Sending {
  /** Absent: whichever wait. */
  readonly identifiers?: readonly string[];
  /** At whose wish; absent where nobody waits for it now. */
  readonly user?: UserContext;
}

/** Values that are on their way. */
interface Sent {
  readonly values: readonly ClaimedValue[];
  /** When the device has answered, whatever it is: a refusal would only be repeated. */
  readonly answer: Promise<unknown>;
}

export class DesiredPush {
  private readonly turns = new DeviceTurns();
  private readonly errands: Errands;

  constructor(
    private readonly context: DmContext,
    private readonly sender: CommandSender,
  ) {
    const failed = 'waiting values were not sent; they go on waiting';
    this.errands = new Errands({ log: context.log, atOnce: AT_ONCE, failed });
  }

  /** Devices have come online: sends what waits for them. */
  devicesOnline(changes: readonly DeviceChange[]): void {
    this.errands.run({}, () => this.sendToThoseWaitedFor(changes));
  }

  /**
   * Has these values sent if the device is online; call it once they are committed. A device that comes online later is sent
   * them then.
   * @returns whether it is online
   */
  async sendIfOnline(names: DeviceCore, sending: Sending): Promise<boolean> {
    const { device } = await findTarget(this.context, names);
    if (device.isOnline) this.errands.run(device, () => this.send(device, sending));
    return device.isOnline;
  }

  /** Waits for what is under way. */
  stop(): Promise<void> {
    return this.errands.stop();
  }

  /** One look for all: when a whole fleet comes back, hardly any device has values waiting. */
  private async sendToThoseWaitedFor(changes: readonly DeviceChange[]): Promise<void> {
    const ids = changes.map(({ deviceID }) => deviceID);
    const rows = await this.context.prisma.$queryRaw<{ readonly device_id: bigint }[]>`
      SELECT DISTINCT device_id FROM desired_value WHERE is_waiting AND device_id = ANY(${ids}::bigint[])`;
    const waitedFor = new Set(rows.map((row) => row.device_id));
    for (const { deviceID, productID, deviceName } of changes) {
      if (!waitedFor.has(deviceID)) continue;
      const device = { productID, deviceName, id: deviceID };
      this.errands.run(device, () => this.send(device, {}));
    }
  }

  private async send(device: DeviceCore & { readonly id: bigint }, { identifiers, user }: Sending): Promise<void> {
    const { prisma } = this.context;
    await this.turns.during(device.id, async (line) => {
      let claim = () => claimValues(prisma, device.id, identifiers);
      for (let tries = 1; !this.errands.isStopped;) {
        const sent = await line.turn(async () => this.sendOnce(device, await claim(), line, user));
        if (!sent) return;
        const { values } = sent;
        try {
          await sent.answer;
          await markSent(prisma, device.id, values);
          claim = () => this.claimChangedElsewhere(device.id, values, line);
        } catch (error) {
          await releaseValues(prisma, device.id, values);
          const isOffline = error instanceof RpcError && error.code === Code.deviceOffline;
          if (!isOffline || tries === TRIES) throw error;
          tries += 1;
          await this.errands.sleep();
          claim = () => claimValues(prisma, device.id, namesOf(values));
        }
      }
    });
  }

  /** A value that the thing model takes no longer, since it has changed, is no wish any more. */
  private async withoutUnfit(
    { device, model }: CommandTarget,
    waiting: readonly ClaimedValue[],
  ): Promise<readonly ClaimedValue[]> {
    const { prisma, log } = this.context;
    const { rejected } = model.checkSettings(valuesOf(waiting));
    if (rejected.length === 0) return waiting;
    const { productID, deviceName } = device;
    const why = rejected.map(({ message }) => message);
    log.warn({ productID, deviceName, why }, 'desired values that the thing model does not take are deleted');
    const unfit = new Set(rejected.map(({ identifier }) => identifier));
    await dropValues(
      prisma,
      device.id,
      waiting.filter(({ identifier }) => unfit.has(identifier)),
    );
    return waiting.filter(({ identifier }) => !unfit.has(identifier));
  }

  /** @returns what is on its way; undefined where nothing is to be sent */
  private async sendOnce(
    device: DeviceCore & { readonly id: bigint },
    claimed: readonly ClaimedValue[],
    line: DeviceLine,
    user?: UserContext,
  ): Promise<Sent | undefined> {
    if (claimed.length === 0) return undefined;
    try {
      const target = await findTarget(this.context, device);
      const values = await this.withoutUnfit(target, claimed);
      if (values.length === 0) return undefined;
      const params = await withWholeArrays(this.context, target, valuesOf(values));
      const { answer } = await this.sender.send({
        device: target.device,
        action: 'propertyControlSend',
        entries: values.map(({ identifier, value }) => ({ dataID: identifier, content: value })),
        user,
        body: { kind: 'thing', type: 'property', message: { method: 'control', params } },
        timeoutMs: TIMEOUT_MS,
      });
      for (const { identifier, version } of values) line.written.set(identifier, version);
      return { values, answer };
    } catch (error) {
      await releaseValues(this.context.prisma, device.id, claimed);
      throw error;
    }
  }

  /**
   * Values that have been set anew since these were sent, and that this instance has not written to the device since. Another one
   * may have, and before what was sent here: they are to be the last that the device hears. To be called in a turn, or what is
   * being written would not be known yet.
   */
  private async claimChangedElsewhere(
    deviceID: bigint,
    sent: readonly SentValue[],
    line: DeviceLine,
  ): Promise<ClaimedValue[]> {
    const { prisma } = this.context;
    const present = await readValues(prisma, deviceID, { identifiers: namesOf(sent) });
    const changed = present.filter(({ identifier, version }) => line.written.get(identifier) !== version);
    return changed.length === 0 ? [] : claimValues(prisma, deviceID, namesOf(changed), 'all');
  }
}

const namesOf = (values: readonly SentValue[]): string[] => values.map(({ identifier }) => identifier);

const valuesOf = (values: readonly SentValue[]): JsonObject =>
  Object.fromEntries(values.map(({ identifier, value }) => [identifier, JSON.parse(value)])) as JsonObject;
