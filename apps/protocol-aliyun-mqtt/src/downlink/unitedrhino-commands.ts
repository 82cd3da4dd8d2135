/**
 * unitedrhino's dm as a sender of commands. It publishes them, and takes the answer out of what the device reports; what it
 * wants to know of one that was not written is told in the same place. Besides commands it sends its replies to uplinks,
 * and kinds that Alink says in other words.
 */
import { subjects, writeDevicePublish, type DeviceMessage, type DevicePublish } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import type { UnitedrhinoConfigurations } from '../files/unitedrhino-configurations';
import type { BusReply, UnitedrhinoRequests } from '../requests/unitedrhino-requests';
import type { Session } from '../session/session';
import { answerOf, type Caller, type CommandingDm, type Received, type RequestHead, type Taken } from './commanding-dm';
import { unitedrhinoKinds } from './unitedrhino-kinds';

export interface UnitedrhinoCommandsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly requests: UnitedrhinoRequests;
  readonly configurations: UnitedrhinoConfigurations;
  /** The ProductKey of a product, by its id. @throws {RpcError} */
  readonly productKeyOf: (productID: string) => Promise<string>;
}

/** Methods of commands that Alink has. */
const COMMANDS = new Set(['control', 'getReport', 'action']);

export class UnitedrhinoCommands implements CommandingDm {
  constructor(private readonly options: UnitedrhinoCommandsOptions) {}

  take(session: Session, publish: DevicePublish): Taken | undefined | Promise<Taken> {
    // What it does not answer it answers with a null.
    const message = (JSON.parse(publish.payload.toString()) ?? {}) as BusReply & { readonly method?: string };
    if (this.options.requests.settle(session, message)) return 'here';
    // The node has answered the device already: told once more, it would take that for another answer.
    if (message.method?.endsWith('Reply')) return 'here';
    const { handle, type } = publish;
    const kind = unitedrhinoKinds[`${handle}/${type}`];
    const { configurations, productKeyOf } = this.options;
    if (kind) return kind(message, session, { configurations, productKeyOf, caller: this.toldOf(publish, message) });
    if (handle === 'thing' && COMMANDS.has(message.method ?? '')) return undefined;
    return { dropped: `unitedrhino’s ${handle}/${type} ${message.method ?? ''} has no words in Alink` };
  }

  /** A reply inbox is JetStream's, in whose mode it publishes: whatever is said there is taken for an acknowledgement. */
  callerOf({ publish }: Received, request: RequestHead): Caller {
    const { clock } = this.options;
    return { failed: (reply) => this.tell(publish, answerOf(publish, request, reply, clock.now())) };
  }

  /** Answers to what its bus calls by one name on both ways. */
  private toldOf(publish: DevicePublish, { method, msgToken }: BusReply & { readonly method?: string }): Caller {
    const { handle, type, productID, deviceName } = publish;
    const told = ({ code, msg }: Partial<DeviceMessage>): void => {
      const timestamp = this.options.clock.now();
      const body = { method, msgToken, timestamp, code, msg, sys: { noAsk: true } };
      this.tell(publish, writeDevicePublish({ productID, deviceName, handle, type, body }, timestamp));
    };
    return { failed: told, answered: told };
  }

  private tell({ handle, productID, deviceName }: DevicePublish, message: string): void {
    this.options.bus.publish(subjects.up(handle, productID, deviceName), message);
  }
}
