/** Sends a command to the node that holds the device, and waits for the device's answer. */
import { BusTimeoutError, NoListenerError } from '@alink/bus';
import {
  Code,
  readDevicePublish,
  subjects,
  writeDevicePublish,
  type DeviceMessage,
  type Handle,
  type PublishContent,
} from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { FoundDevice } from '../device-msg/find-device';
import { closeCommand, openCommand, type NewCommand } from './send-log';
import { undelivered, type Undelivered } from './undelivered';
import type { DeviceAnswer, WaitingCommands } from './waiting-commands';

/** What the device is to get; the token is put in when it is known. */
type MessageOf<M> = M extends DeviceMessage ? Omit<M, 'msgToken' | 'timestamp'> : never;
export type CommandBody =
  | { readonly kind: 'thing'; readonly type: 'property' | 'action'; readonly message: MessageOf<DeviceMessage> }
  | { readonly kind: 'raw'; readonly topic: string; readonly payload: Buffer };

export interface Command extends Omit<NewCommand, 'deviceID'> {
  readonly device: FoundDevice;
  readonly body: CommandBody;
  /** Milliseconds to wait for the device. */
  readonly timeoutMs: number;
}

export interface SentCommand {
  readonly msgToken: string;
  /** @throws {RpcError} 2000003 device offline, 2000002 no answer in time */
  readonly answer: Promise<DeviceAnswer>;
}

/** Milliseconds that an answer waits for its record; callers leave more than that for the way back to them. */
const RECORD_MS = 100;

/** Codes with which the node itself answers: it could not deliver, or found the topic wrong. */
const UNDELIVERED: readonly number[] = [Code.deviceTimeout, Code.deviceOffline, Code.parameter];

const readAnswer = (body: Buffer): DeviceAnswer => {
  const { payload } = readDevicePublish(body);
  const reply = JSON.parse(payload.toString('utf8')) as { code?: unknown; msg?: unknown; data?: unknown };
  const code = Number.isInteger(reply.code) ? Number(reply.code) : Code.deviceError;
  const msg = typeof reply.msg === 'string' ? reply.msg : '';
  return { code, msg, output: reply.data === undefined ? '' : JSON.stringify(reply.data) };
};

/** Waits for it, but no longer than that. */
const atMost = async (ms: number, promise: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise, passed]);
  clearTimeout(timer);
};

export class CommandSender {
  constructor(
    private readonly context: DmContext,
    private readonly waiting: WaitingCommands,
  ) {}

  /** Writes the record, then sends. Resolves once the record is written; the answer comes by its own promise, when it is recorded. */
  async send(command: Command): Promise<SentCommand> {
    const { prisma, now, log } = this.context;
    const { device, action, dataID, content, user } = command;
    const msgToken = await openCommand(prisma, { deviceID: device.id, action, dataID, content, user }, now());
    const delivered = this.deliver(command, msgToken);
    // The record is completed whether or not anybody waits.
    const completed = delivered
      .catch((error: unknown): DeviceAnswer => {
        const { code, message } = RpcError.from(error);
        return { code, msg: message, output: '' };
      })
      .then((outcome) => closeCommand(prisma, device.id, msgToken, outcome, now()))
      .catch((error: unknown) => log.error({ err: error, msgToken: String(msgToken) }, 'a command was not completed'));
    // Whoever has the answer may read the record at once; a database that went away meanwhile does not keep it from them.
    const answer = delivered.finally(() => atMost(RECORD_MS, completed));
    answer.catch(() => undefined); // an answer that nobody waits for
    return { msgToken: String(msgToken), answer };
  }

  /** A command that is not even sent. @returns what the caller is told */
  offline(command: Undelivered): RpcError {
    return undelivered(this.context, command, Code.deviceOffline);
  }

  private async deliver(command: Command, msgToken: bigint): Promise<DeviceAnswer> {
    const { device, action, dataID, timeoutMs } = command;
    const { handle, text } = this.encode(command, String(msgToken));
    const inStream = this.waiting.wait(device.id, msgToken);
    try {
      const subject = subjects.down(handle, device.productID, device.deviceName);
      const direct = this.context.bus.request(subject, text, timeoutMs).then(readAnswer);
      const answer = await Promise.race([direct, inStream.answer]);
      // Lost to the answer through the stream, it may still reject.
      direct.catch(() => undefined);
      if (UNDELIVERED.includes(answer.code)) throw new RpcError(answer.code, answer.msg || 'not delivered');
      return answer;
    } catch (error) {
      const about = { device, action, dataID, msgToken: String(msgToken) };
      if (error instanceof NoListenerError) throw this.offline(about);
      if (error instanceof BusTimeoutError) throw undelivered(this.context, about, Code.deviceTimeout);
      throw error;
    } finally {
      inStream.stop();
    }
  }

  private encode({ device, body, user }: Command, msgToken: string): { handle: Handle; text: string } {
    const now = this.context.now();
    const { productID, deviceName } = device;
    const content: PublishContent =
      body.kind === 'raw'
        ? { productID, deviceName, handle: 'ext', type: 'raw', topic: body.topic, body: body.payload }
        : {
            productID,
            deviceName,
            handle: 'thing',
            type: body.type,
            body: { ...body.message, msgToken, timestamp: now },
          };
    return { handle: content.handle, text: writeDevicePublish(content, now, { user }) };
  }
}
