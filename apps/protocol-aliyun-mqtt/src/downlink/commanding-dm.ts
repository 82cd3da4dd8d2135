/** Who sends commands over the bus, as far as it matters which dm it is: our own asks for an answer in the same breath. */
import type { DownlinkMessage } from '@alink/alink';
import type { BusMessage } from '@alink/bus';
import { writeDevicePublish, type DeviceMessage, type DevicePublish } from '@alink/contract';
import type { Clock } from '@alink/runtime';
import type { Message } from '../link/link';
import type { Session } from '../session/session';

/** What is answered to: a message from the bus, and how its sender can be told something. */
export interface Received {
  readonly publish: DevicePublish;
  /** Absent when the sender waits for nothing. */
  readonly respond: BusMessage['respond'];
}

export type RequestHead = Pick<DeviceMessage, 'msgToken' | 'timestamp'> & { readonly method?: string };

/** How the sender of a command hears of it; absent where it does not wait. */
export interface Caller {
  /** It was not written to the device, why in words. */
  readonly failed?: (reply: Pick<DeviceMessage, 'code' | 'msg'>) => void;
  /** The device has answered; its answer is reported besides. */
  readonly answered?: (reply: Partial<DeviceMessage>) => void;
}

/** What becomes of a message that is no command of a kind that Alink has. */
export type Taken =
  /** It was for the node itself. */
  | 'here'
  /** It goes to the device as it is. */
  | { readonly message: Message }
  /** It goes to the device as a request of Alink, and what comes of that to whoever has asked. */
  | { readonly request: DownlinkMessage; readonly caller: Caller }
  /** Nothing of Alink says it. */
  | { readonly dropped: string };

export interface CommandingDm {
  /** @returns undefined for a command; later, where somebody must be asked first, who may be away */
  take(session: Session, publish: DevicePublish): Taken | undefined | Promise<Taken>;
  callerOf(received: Received, request: RequestHead): Caller;
}

/** The answer to a message of the bus, in the form of an uplink. */
export const answerOf = (
  { topic, handle, type, productID, deviceName }: DevicePublish,
  { method = 'send', msgToken }: RequestHead,
  reply: Partial<DeviceMessage>,
  now: number,
): string => {
  const body = { method: `${method}Reply`, msgToken, timestamp: now, ...reply };
  return writeDevicePublish({ productID, deviceName, topic, handle, type, body }, now);
};

/** Our dm: it requests, and waits for the answer on the bus. */
export class OurCommands implements CommandingDm {
  constructor(private readonly clock: Clock) {}

  take(_session: Session, { handle }: DevicePublish): Taken | undefined {
    return handle === 'thing' ? undefined : { dropped: `no such kind of command: ${handle}` };
  }

  callerOf({ publish, respond }: Received, request: RequestHead): Caller {
    if (!respond) return {};
    const tell = (reply: Partial<DeviceMessage>): void => respond(answerOf(publish, request, reply, this.clock.now()));
    return { failed: tell, answered: tell };
  }
}
