/**
 * The way of a command to its device, and of the answer back. The node that holds the device hears the command on NATS, ours
 * by the device's own subject, unitedrhino's gateways by `device.down.<protocolCode>.>`. Ours answer the request itself;
 * the others send the answer as an uplink, which each instance of dm hears, and one of them keeps.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BusDownError, BusTimeoutError, NoListenerError } from '@alink/bus';
import { PROTOCOL_CODE, subjects, writeDevicePublish, type Handle, type UserContext } from '@alink/contract';
import type { DmContext } from '../../context';
import type { CommandDevice } from './command-target';
import { answerAmongUplinks, readAnswer } from './read-answer';
import type { DeviceAnswer, WaitingCommands } from './waiting-commands';

export interface Outgoing {
  readonly device: CommandDevice;
  readonly msgToken: bigint;
  readonly handle: Handle;
  readonly type: string;
  /** Of bytes for a topic of the device's own. */
  readonly topic?: string;
  readonly body: object | Buffer;
  readonly user?: UserContext;
}

/**
 * How long somebody who listens may take for a device that is recorded as offline. A session that has just begun may not be
 * recorded yet; but whoever listens to everything makes no device online.
 */
const UNRECORDED_SESSION_MS = 1000;

export class Delivery {
  constructor(
    private readonly context: Pick<DmContext, 'bus' | 'prisma' | 'now'>,
    private readonly waiting: WaitingCommands,
  ) {}

  /**
   * Sends the command and waits for the answer.
   * @throws {NoListenerError} for a device that is offline
   * @throws {BusDownError} where NATS does not answer
   * @throws {BusTimeoutError} without an answer within `timeoutMs`
   */
  async deliver(outgoing: Outgoing, timeoutMs: number): Promise<DeviceAnswer> {
    const { device, msgToken } = outgoing;
    // The gateway of another protocol listens for all its devices: whether one of them is there, only the record says.
    if (!device.isOnline && device.protocolCode !== PROTOCOL_CODE) throw new NoListenerError('recorded as offline');
    const done = new AbortController();
    const uplink = this.hearUplinks(outgoing);
    const kept = this.waiting.wait(device.id, msgToken);
    try {
      const ways = [this.ask(outgoing, timeoutMs), uplink.answer, kept.answer];
      if (!device.isOnline) ways.push(this.offlineAfterAll(device, timeoutMs, done.signal));
      return await Promise.race(ways);
    } finally {
      done.abort();
      uplink.stop();
      kept.stop();
    }
  }

  private ask({ device, handle, type, topic, body, user }: Outgoing, timeoutMs: number): Promise<DeviceAnswer> {
    const { productID, deviceName, protocolCode } = device;
    const waitMs = type === 'raw' ? timeoutMs : undefined;
    const content = { productID, deviceName, handle, type, topic, body, protocolCode, waitMs };
    return this.context.bus
      .request(
        subjects.down(handle, productID, deviceName, protocolCode),
        writeDevicePublish(content, this.context.now(), { user }),
        timeoutMs,
      )
      .then(readAnswer);
  }

  private hearUplinks({ device: { productID, deviceName }, handle, type, msgToken }: Outgoing) {
    let heard: (answer: DeviceAnswer) => void;
    const answer = new Promise<DeviceAnswer>((resolve) => (heard = resolve));
    const subscription = this.context.bus.subscribe(subjects.up(handle, productID, deviceName), ({ data }) => {
      const found = answerAmongUplinks(data, { type, msgToken: String(msgToken) });
      if (found) heard(found);
    });
    return { answer, stop: () => subscription.unsubscribe() };
  }

  /** Looks into the record once more, after a moment. Rejects for a device that is still offline, else never ends. */
  private async offlineAfterAll(device: CommandDevice, timeoutMs: number, signal: AbortSignal): Promise<DeviceAnswer> {
    await sleep(Math.min(UNRECORDED_SESSION_MS, timeoutMs), undefined, { signal });
    const row = await this.context.prisma.device.findUnique({ where: { id: device.id }, select: { isOnline: true } });
    if (!row?.isOnline) throw new NoListenerError('recorded as offline');
    return new Promise(() => undefined);
  }
}

export const isSilence = (error: unknown): boolean => error instanceof BusTimeoutError && !isBusDown(error);
export const isBusDown = (error: unknown): boolean => error instanceof BusDownError;
export const isOffline = (error: unknown): boolean => error instanceof NoListenerError;
