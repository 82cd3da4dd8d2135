/** Commands from dm to a device that this node holds, by `device.down.aliyunMqtt.*.{productID}.{deviceName}`. */
import { callIdOf, encodeDownlink, isAlinkId, mayReceive, type DownlinkMessage } from '@alink/alink';
import type { Bus, BusMessage, Subscription } from '@alink/bus';
import { Code, newAlinkId, readDevicePublish, subjects, type DeviceMessage, type DevicePublish } from '@alink/contract';
import type { Clock, Logger } from '@alink/runtime';
import { maskFileTokens } from '@alink/signing';
import { buildTopic, parseTopic, type DeviceTopic } from '@alink/topic';
import type { DeviceDirectory } from '../directory/device-directory';
import type { Journal } from '../journal';
import type { Message } from '../link/link';
import type { NodeMetrics } from '../metrics';
import type { Session, Undelivered } from '../session/session';
import { sendsTo } from '../session/topic-access';
import { answerOf, type Caller, type CommandingDm, type Received, type Taken } from './commanding-dm';
import type { PendingCommands } from './pending-commands';

export interface DownlinkOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: NodeMetrics;
  readonly pending: PendingCommands;
  readonly dm: CommandingDm;
}

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

  /** Sends a request for whose answer nobody waits. */
  send(session: Session, request: DownlinkMessage): void {
    this.ask(session, request, {});
  }

  private take(session: Session, { data, respond, subject }: BusMessage): void {
    try {
      const received = { publish: readDevicePublish(data), respond };
      if (received.publish.type === 'raw') this.raw(session, received);
      else this.message(session, received);
    } catch (error) {
      this.options.log.warn({ err: error, subject }, 'a command could not be read');
    }
  }

  private message(session: Session, received: Received): void {
    const taken = this.options.dm.take(session, received.publish);
    if (!(taken instanceof Promise)) return this.finish(session, received, taken);
    const failed = (err: unknown): void =>
      this.options.log.warn({ err, deviceName: session.deviceName }, 'a message of dm could not be put into Alink');
    taken.then((late) => this.finish(session, received, late)).catch(failed);
  }

  private finish(session: Session, received: Received, taken: Taken | undefined): void {
    if (!taken) this.command(session, received);
    else if (taken === 'here') return;
    else if ('message' in taken) this.write(session, taken.message, '');
    else if ('request' in taken) this.ask(session, taken.request, taken.caller);
    else this.noteDropped(session, received.publish, taken.dropped);
  }

  /** A property set or get, or a service call, as Alink. */
  private command(session: Session, received: Received): void {
    const message = JSON.parse(received.publish.payload.toString()) as DownlinkMessage;
    this.ask(session, message, this.options.dm.callerOf(received, message));
  }

  private ask(session: Session, message: DownlinkMessage, { failed, answered }: Caller): void {
    const downlink = this.encode(session, message);
    if (downlink instanceof RangeError) {
      failed?.({ code: Code.parameter, msg: downlink.message });
      return;
    }
    const { msgToken } = message;
    const actionID = message.method === 'action' ? message.actionID : undefined;
    this.options.pending.expect(session, downlink.replyKey, { msgToken, actionID, answer: answered });
    const undelivered = this.write(session, downlink, downlink.replyKey);
    if (undelivered) failed?.({ code: failureOf[undelivered].code, msg: undelivered });
  }

  /** @returns what to send, or why it cannot stand on the wire */
  private encode(session: Session, message: DownlinkMessage): ReturnType<typeof encodeDownlink> | RangeError {
    const { productKey, deviceName, ext } = session;
    const callType = message.method === 'action' ? this.callTypeOf(session, message.actionID) : 'async';
    const id = isAlinkId(message.msgToken) ? undefined : newAlinkId();
    try {
      return encodeDownlink(message, { productKey, deviceName, ext, callType, id });
    } catch (error) {
      if (error instanceof RangeError) return error;
      throw error;
    }
  }

  /**
   * Bytes for a topic of the device's own: `dm.DeviceInteract.sendMsg` of our dm, and the cloud publisher. Whoever makes a
   * synchronous call of them hears the bytes that the device answers, whatever they are, and others that it is written.
   */
  private raw(session: Session, { publish, respond }: Received): void {
    const { topic, payload, timestamp, waitMs } = publish;
    const { pending, clock } = this.options;
    const self = { productKey: session.productKey, deviceName: session.deviceName };
    const answer = (reply: Pick<DeviceMessage, 'code' | 'msg'> & { readonly data?: string }): void =>
      respond?.(answerOf(publish, { msgToken: '', timestamp }, reply, clock.now()));
    const parsed = mayReceive(self, topic) ? parseTopic(topic) : undefined;
    if (!parsed) return answer({ code: Code.parameter, msg: `${topic} is no topic that this device receives` });
    if (!sendsTo(this.options.directory.productOf(session.productKey, session.options.product), parsed)) {
      return answer({
        code: Code.parameter,
        msg: `${topic} is no custom topic that its product lets devices subscribe`,
      });
    }
    const callId = callIdOf(parsed);
    const waits = callId !== undefined && respond !== undefined;
    if (waits) {
      const take = (bytes: Buffer): void => answer({ code: Code.ok, data: bytes.toString('base64') });
      pending.expectBytes(session, callId, take, waitMs);
    }
    // What is too late is of no use to whoever called.
    const message: Message = { topic, payload, qos: callId === undefined ? 1 : 0 };
    const undelivered = this.write(session, message, callId ?? '', needsSubscription(session, parsed));
    if (undelivered) {
      if (waits) pending.forgetBytes(session, callId);
      answer({ code: failureOf[undelivered].code, msg: undelivered });
    } else if (!waits) answer({ code: Code.ok });
  }

  private noteDropped(session: Session, { handle, type, topic }: DevicePublish, cause: string): void {
    const { productKey, productID, deviceName } = session;
    const text = `dropped on its way to the device: ${cause}; this node speaks Alink alone`;
    const what = topic || `${handle}/${type}`;
    this.options.journal.note({ kind: 'drop', productKey, productID, deviceName, topic: what, code: 6831, text });
    this.options.metrics.downlinks.inc({ result: 'dropped' });
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
    const { productKey, deviceName, options } = session;
    const model = this.options.directory.model(productKey, deviceName) ?? options.product.model;
    return model?.service(actionID)?.callType ?? 'async';
  }
}

/**
 * Custom topics are for who has subscribed them. A synchronous call on one also reaches who has subscribed the topic
 * itself and leaves subscribing for calls to the platform (`mqtt_rrpc_demo.c` of the Link SDK for C 4.x).
 */
const needsSubscription = (session: Session, topic: DeviceTopic): boolean => {
  if (topic.scope !== 'custom') return false;
  const isCall = topic.rrpcId !== undefined;
  return !(isCall && session.takesCallsOn(buildTopic({ ...topic, rrpcId: undefined })));
};

/** A payload for the log. */
const printable = (payload: string | Buffer): string =>
  typeof payload === 'string' ? maskFileTokens(payload).slice(0, 2000) : `${payload.length} bytes`;
