/**
 * unitedrhino's dm as a sender of commands. It publishes them, and takes the answer out of what the device reports; what it
 * wants to know of one that was not written is told in the same place. Besides commands it sends its replies to uplinks,
 * and kinds that Alink says in other words.
 */
import { subjects, type DevicePublish } from '@alink/contract';
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
}

/** Methods of commands that Alink has. */
const COMMANDS = new Set(['control', 'getReport', 'action']);

export class UnitedrhinoCommands implements CommandingDm {
  constructor(private readonly options: UnitedrhinoCommandsOptions) {}

  take(session: Session, publish: DevicePublish): Taken | undefined {
    const message = JSON.parse(publish.payload.toString()) as BusReply & { readonly method?: string };
    if (this.options.requests.settle(session, message)) return 'here';
    // The node has answered the device already: told once more, it would take that for another answer.
    if (message.method?.endsWith('Reply')) return 'here';
    const { handle, type } = publish;
    const kind = unitedrhinoKinds[`${handle}/${type}`];
    if (kind) return kind(message, session, this.options.configurations);
    if (handle === 'thing' && COMMANDS.has(message.method ?? '')) return undefined;
    return { dropped: `unitedrhino’s ${handle}/${type} ${message.method ?? ''} has no words in Alink` };
  }

  /** A reply inbox is JetStream's, in whose mode it publishes: whatever is said there is taken for an acknowledgement. */
  callerOf({ publish }: Received, request: RequestHead): Caller {
    const { bus, clock } = this.options;
    const { handle, productID, deviceName } = publish;
    return {
      failed: (reply) =>
        bus.publish(subjects.up(handle, productID, deviceName), answerOf(publish, request, reply, clock.now())),
    };
  }
}
