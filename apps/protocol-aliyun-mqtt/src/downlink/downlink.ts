/** Commands from dm to a device that this node holds, by `device.down.aliyunMqtt.*.{productID}.{deviceName}`. */
import { randomInt } from 'node:crypto';
import { encodeDownlink, isAlinkId, MAX_ALINK_ID, mayReceive, type DownlinkMessage } from '@alink/alink';
import type { Bus, BusMessage, Subscription } from '@alink/bus';
import {
  Code,
  readDevicePublish,
  subjects,
  writeDevicePublish,
  type DeviceMessage,
  type DevicePublish,
} from '@alink/contract';
import type { Clock, Logger } from '@alink/runtime';
import { parseTopic } from '@alink/topic';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Journal } from '../journal';
import type { Message } from '../link/link';
import type { NodeMetrics } from '../metrics';
import type { ForeignReply, ForeignRequests } from '../requests/foreign-requests';
import type { Session, Undelivered } from '../session/session';
import type { PendingCommands } from './pending-commands';

export interface DownlinkOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: NodeMetrics;
  readonly pending: PendingCommands;
  readonly foreign: ForeignRequests;
}

type Respond = BusMessage['respond'];

/** What the caller of a command hears when it was not written to the device. */
const failureOf: Record<Undelivered, { code: number; step: string }> = {
  offline: { code: Code.deviceOffline, step: 'wait until the device connects' },
  unsubscribed: {
    code: Code.deviceOffline,
    step: 'the device has unsubscribed this topic; it must subscribe it again',
  },
  'not subscribed': { code: Code.deviceOffline, step: 'the device must subscribe this topic first' },
  'device takes nothing': {
    code: Code.deviceTimeout,
    step: 'the device does not read what it is sent; check its network',
  },
};

export class Downlink {
  constructor(private readonly options: DownlinkOptions) {}

  /** Takes the commands of one session until it is unsubscribed. */
  listen(session: Session): Subscription {
    return this.options.bus.subscribe(subjects.downOfDevice(session.productID, session.deviceName), (message) =>
      this.take(session, message),
    );
  }

  private take(session: Session, { data, respond, subject }: BusMessage): void {
    try {
      const publish = readDevicePublish(data);
      if (publish.handle === 'thing') this.thing(session, publish, respond);
      else if (publish.type === 'raw') this.raw(session, publish, respond);
      else
        this.options.log.debug({ subject, handle: publish.handle, type: publish.type }, 'no such kind of command here');
    } catch (error) {
      this.options.log.warn({ err: error, subject }, 'a command could not be read');
    }
  }

  /** A command, or unitedrhino's reply to a question of the device. */
  private thing(session: Session, publish: DevicePublish, respond: Respond): void {
    const message = JSON.parse(publish.payload.toString()) as DownlinkMessage;
    if (!this.options.foreign.settle(session, message as ForeignReply)) {
      this.command(session, publish, message, respond);
    }
  }

  /** A property set or get, or a service call, as Alink. */
  private command(session: Session, publish: DevicePublish, message: DownlinkMessage, respond: Respond): void {
    const answer = this.answerTo(publish, message, respond);
    const downlink = this.encode(session, message);
    if (downlink instanceof RangeError) {
      answer?.({ code: Code.parameter, msg: downlink.message });
      return;
    }
    const { msgToken } = message;
    const actionID = message.method === 'action' ? message.actionID : undefined;
    this.options.pending.expect(session, downlink.replyKey, { msgToken, actionID, answer });
    const undelivered = this.write(session, downlink, downlink.replyKey);
    if (undelivered) answer?.({ code: failureOf[undelivered].code, msg: undelivered });
  }

  /** @returns what to send, or why it cannot stand on the wire */
  private encode(session: Session, message: DownlinkMessage): ReturnType<typeof encodeDownlink> | RangeError {
    const { productKey, deviceName, options } = session;
    const callType = message.method === 'action' ? this.callTypeOf(session, message.actionID) : 'async';
    const id = isAlinkId(message.msgToken) ? undefined : String(randomInt(1, MAX_ALINK_ID + 1));
    try {
      return encodeDownlink(message, { productKey, deviceName, ext: options.ext, callType, id });
    } catch (error) {
      if (error instanceof RangeError) return error;
      throw error;
    }
  }

  /** Bytes for a topic of the device's own: `dm.DeviceInteract.sendMsg`. */
  private raw(session: Session, publish: DevicePublish, respond: Respond): void {
    const { topic, payload } = publish;
    const self = { productKey: session.productKey, deviceName: session.deviceName };
    const answer = this.answerTo(publish, { msgToken: '', timestamp: publish.timestamp }, respond);
    if (!mayReceive(self, topic)) {
      answer?.({ code: Code.parameter, msg: `${topic} is no topic that this device receives` });
      return;
    }
    const needsSubscription = parseTopic(topic)?.scope === 'custom';
    const undelivered = this.write(session, { topic, payload, qos: 1 }, '', needsSubscription);
    answer?.(undelivered ? { code: failureOf[undelivered].code, msg: undelivered } : { code: Code.ok, msg: '' });
  }

  /** Writes and notes it. @returns why it was not written, or undefined */
  private write(
    session: Session,
    message: Message,
    requestId: string,
    needsSubscription = false,
  ): Undelivered | undefined {
    const undelivered = session.deliver(message, needsSubscription);
    const { productKey, productID, deviceName } = session;
    const { topic, payload } = message;
    const text = undelivered ? `not delivered: ${undelivered}; ${failureOf[undelivered].step}` : printable(payload);
    const code = undelivered ? failureOf[undelivered].code : 200;
    this.options.journal.note({ kind: 'command', productKey, productID, deviceName, topic, requestId, code, text });
    this.options.metrics.downlinks.inc({ result: undelivered ?? 'written' });
    return undelivered;
  }

  private callTypeOf(session: Session, actionID: string): 'async' | 'sync' {
    const model = this.options.directory.product(session.productKey)?.model ?? session.options.product.model;
    return model?.service(actionID)?.callType ?? 'async';
  }

  /** Answers the caller in the form of an uplink. */
  private answerTo(
    publish: DevicePublish,
    request: Pick<DeviceMessage, 'msgToken' | 'timestamp'> & { method?: string },
    respond: Respond,
  ): ((reply: Partial<DeviceMessage>) => void) | undefined {
    if (!respond) return undefined;
    const { topic, handle, type, productID, deviceName } = publish;
    const method = `${request.method ?? 'send'}Reply`;
    return (reply) => {
      const now = this.options.clock.now();
      const body = { method, msgToken: request.msgToken, timestamp: now, ...reply };
      respond(writeDevicePublish({ productID, deviceName, topic, handle, type, body }, now));
    };
  }
}

/** A payload for the log. */
const printable = (payload: string | Buffer): string =>
  typeof payload === 'string' ? payload.slice(0, 2000) : `${payload.length} bytes`;
