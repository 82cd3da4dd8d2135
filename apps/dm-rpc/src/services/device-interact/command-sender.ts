/** Sends a command to the node that holds the device, and waits for the device's answer. */
import { Code, type DeviceMessage } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { CommandRecords } from './command-records';
import type { CommandDevice } from './command-target';
import { Delivery, isBusDown, isOffline, isSilence, type Outgoing } from './delivery';
import { leaveOpen, readOutcome, type NewCommand } from './send-log';
import { OutcomeUnknownError, undelivered, type Undelivered } from './undelivered';
import type { DeviceAnswer, WaitingCommands } from './waiting-commands';

/** What the device is to get; the token is put in when it is known. */
type MessageOf<M> = M extends DeviceMessage ? Omit<M, 'msgToken' | 'timestamp'> : never;
/** About the sub-devices of a gateway device of another protocol; unitedrhino's public source, `msgGateway`. */
export interface TopologyMessage {
  readonly method: 'getFound' | 'notifyBind';
  readonly payload?: { readonly devices: readonly DeviceCore[] };
}
export type CommandBody =
  | {
      readonly kind: 'thing';
      readonly type: 'property' | 'action' | 'request';
      readonly message: MessageOf<DeviceMessage>;
    }
  | { readonly kind: 'topology'; readonly message: TopologyMessage }
  | { readonly kind: 'raw'; readonly topic: string; readonly payload: Buffer };

export interface Command extends Omit<NewCommand, 'deviceID'> {
  readonly device: CommandDevice;
  readonly body: CommandBody;
  /** Milliseconds to wait for the device. */
  readonly timeoutMs: number;
  /** Whether it goes out as a synchronous call (RRPC): then its silence has a code of its own in the device's log. */
  readonly isCall?: boolean;
  /** Sent again while the device is silent: after so many milliseconds, then each time after so many. */
  readonly repeat?: { readonly afterMs: number; readonly everyMs: number };
}

export interface SentCommand {
  readonly msgToken: string;
  /** @throws {RpcError} 2000003 device offline, 2000002 no answer in time, 100007 where NATS is in the way of knowing */
  readonly answer: Promise<DeviceAnswer>;
}

/** Milliseconds that an answer waits for its record; callers leave more than that for the way back to them. */
const RECORD_MS = 100;

/** Codes with which the node itself answers: it could not deliver, or found the topic wrong. */
const UNDELIVERED: readonly number[] = [Code.deviceTimeout, Code.deviceOffline, Code.parameter];

/** Waits for it, but no longer than that. */
const atMost = async (ms: number, promise: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise, passed]);
  clearTimeout(timer);
};

export class CommandSender {
  private readonly delivery: Delivery;
  private readonly records: CommandRecords;

  constructor(
    private readonly context: DmContext,
    waiting: WaitingCommands,
  ) {
    this.delivery = new Delivery(context, waiting);
    this.records = new CommandRecords(context);
  }

  /** Writes the record, then sends. Resolves once the record is written; the answer comes by its own promise, when it is recorded. */
  async send(command: Command): Promise<SentCommand> {
    const { prisma, log } = this.context;
    const { device, action, entries, user, isLogged } = command;
    const msgToken = await this.records.open({ deviceID: device.id, action, entries, user, isLogged });
    const delivered = this.deliver(command, msgToken);
    // The record is completed whether or not anybody waits.
    const completed = delivered
      .then(
        (outcome) => this.records.close({ deviceID: device.id, msgToken, ...outcome }),
        (error: unknown) => {
          const { code, message } = RpcError.from(error);
          if (error instanceof OutcomeUnknownError) return leaveOpen(prisma, device.id, msgToken, message);
          return this.records.close({ deviceID: device.id, msgToken, code, msg: message, output: '' });
        },
      )
      .catch((error: unknown) => log.error({ err: error, msgToken: String(msgToken) }, 'a command was not completed'));
    // Whoever has the answer may read the record at once; a database that went away meanwhile does not keep it from them.
    const answer = delivered.finally(() => atMost(RECORD_MS, completed));
    answer.catch(() => undefined); // an answer that nobody waits for
    return { msgToken: String(msgToken), answer };
  }

  /** A command that is not even sent. @returns what the caller is told */
  offline(command: Undelivered): Promise<RpcError> {
    return undelivered(this.context, command, 'offline');
  }

  private async deliver(command: Command, msgToken: bigint): Promise<DeviceAnswer> {
    const { device, action, entries, isCall } = command;
    try {
      const answer = await this.sendUntilAnswered(command, msgToken);
      if (UNDELIVERED.includes(answer.code)) throw new RpcError(answer.code, answer.msg || 'not delivered');
      return answer;
    } catch (error) {
      const about = { device, action, entries, msgToken: String(msgToken), isCall };
      if (isOffline(error)) throw await this.offline(about);
      if (isBusDown(error)) throw await undelivered(this.context, about, 'busDown');
      if (isSilence(error)) throw await undelivered(this.context, about, 'silent');
      throw error;
    }
  }

  /** Sends once, or again and again until the command's time is up. */
  private async sendUntilAnswered(command: Command, msgToken: bigint): Promise<DeviceAnswer> {
    const { device, timeoutMs, repeat = { afterMs: timeoutMs, everyMs: timeoutMs } } = command;
    const outgoing = this.outgoing(command, msgToken);
    let patience = repeat.afterMs;
    for (let left = timeoutMs; ; left -= patience, patience = repeat.everyMs) {
      try {
        return await this.delivery.deliver(outgoing, Math.min(patience, left));
      } catch (error) {
        if (!(isSilence(error) || isBusDown(error)) || patience >= left) throw error;
        // The answer may have come to another instance, or a moment too late.
        const outcome = await readOutcome(this.context.prisma, device.id, msgToken);
        if (outcome) return outcome;
      }
    }
  }

  private outgoing({ device, body, user }: Command, msgToken: bigint): Outgoing {
    const to = { device, msgToken, user };
    if (body.kind === 'raw') return { ...to, handle: 'ext', type: 'raw', topic: body.topic, body: body.payload };
    const told = { ...body.message, msgToken: String(msgToken), timestamp: this.context.now() };
    return body.kind === 'thing'
      ? { ...to, handle: 'thing', type: body.type, body: told }
      : { ...to, handle: 'gateway', type: 'topo', body: told };
  }
}
