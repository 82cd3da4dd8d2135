/** What devices send by way of a gateway: `device.up.>` (unitedrhino, things: deviceMsgEvent). */
import type { RhinoBus } from '../bus/rhino-bus';
import { readDevConn, readDeviceMessage, readDevPublish, type ReadPublish } from '../caller/device-publish';
import { GoStruct } from '../caller/go-json';
import { RhinoError } from '../wire/rhino-error';
import type { GatewayOutcome, GatewayUplinks } from './gateway-uplinks';
import { publishToDevice } from './downlink';
import type { OnlineFix } from './online-fix';
import type { Presence } from './presence';
import type { DmState } from './state';
import { replyTo, Unanswered, type Outcome, type ThingUplinks } from './thing-uplinks';

export interface UplinkParts {
  readonly bus: RhinoBus;
  readonly state: DmState;
  readonly presence: Presence;
  readonly thing: ThingUplinks;
  readonly gateways: GatewayUplinks;
  readonly onlineFix: OnlineFix;
}

/** What all messages have. */
interface Head {
  readonly method: string;
  readonly msgToken: string;
  readonly timestamp: number;
  readonly noAsk: boolean;
  readonly retMsg: boolean;
}

const headOf = (payload: Buffer): Head => {
  const message = GoStruct.parse(payload.toString('utf8'), 'CommonMsg');
  const sys = message.struct('sys', 'SysConfig');
  return {
    method: message.text('method'),
    msgToken: message.text('msgToken'),
    timestamp: message.int('timestamp'),
    noAsk: sys.bool('noAsk'),
    retMsg: sys.bool('retMsg'),
  };
};

export class Uplinks {
  constructor(private readonly parts: UplinkParts) {}

  /** Listens, as one of the instances of the service. */
  async start(): Promise<void> {
    const { bus } = this.parts;
    for (const handle of ['thing', 'ext', 'config', 'log', 'ota', 'shadow', 'gateway']) {
      await bus.queueSubscribe(`device.up.${handle}.>`, ({ data }) => this.take(readDevPublish(data)));
    }
    await bus.queueSubscribe('device.up.status.connected', ({ data }) => this.connection(data, true));
    await bus.queueSubscribe('device.up.status.disconnected', ({ data }) => this.connection(data, false));
  }

  private async connection(data: string, isOnline: boolean): Promise<void> {
    const { clientID, timestamp, addr, reason, ...named } = readDevConn(data);
    const [productID = '', deviceName = ''] = named.deviceName
      ? [named.productID, named.deviceName]
      : clientID.split('&');
    const device = { productID, deviceName };
    // Whoever was never online cannot go offline.
    if (!isOnline && !this.parts.state.device(device)?.firstLogin) return;
    await this.parts.presence.take([{ device, isOnline, timestamp: timestamp || Date.now(), reason, address: addr }]);
  }

  /** @throws {RhinoError} for what is not answered: its services log it */
  private async take(publish: ReadPublish): Promise<void> {
    const { state } = this.parts;
    if (!state.device(publish)) throw new RhinoError(100009);
    const head = headOf(publish.payload);
    if (publish.handle === 'gateway') return this.gateway(publish, head);
    let outcome: Outcome = { answered: false };
    let failure: RhinoError | undefined;
    try {
      outcome = await this.outcomeOf(publish, head);
    } catch (error) {
      failure = RhinoError.from(error);
    }
    const reply = replyOf(publish, head, outcome, failure);
    const isAnswered = reply !== undefined && !head.noAsk;
    this.log(publish, head, failure, isAnswered ? reply : undefined);
    if (isAnswered) await this.answer(publish, reply);
    if (failure) throw failure;
  }

  private async outcomeOf(publish: ReadPublish, head: Head): Promise<Outcome> {
    switch (publish.handle) {
      case 'thing':
        this.parts.onlineFix.reported(publish, head.timestamp || publish.timestamp);
        return this.parts.thing.take(publish, readDeviceMessage(publish.payload));
      case 'ext':
        return time(publish, head);
      case 'config':
        return this.config(publish);
      case 'log':
        return this.sdkLog(publish, head);
      case 'ota':
        return ota(publish);
      default:
        // Shadows: nothing that a test of ours asks for.
        return { answered: false };
    }
  }

  /** Whatever comes of it a body goes back: JSON's null where nobody is answered. */
  private async gateway(publish: ReadPublish, head: Head): Promise<void> {
    const outcome = await this.parts.gateways.take(publish);
    const body = outcome && !head.noAsk ? gatewayReply(head, outcome) : null;
    const { topic, payload } = publish;
    this.parts.state.dataOf(publish).hub.push({
      action: 'gateway',
      requestID: head.msgToken,
      topic,
      content: payload.toString('utf8'),
      resultCode: outcome?.failure?.code ?? 200,
      respPayload: '',
      timestamp: Date.now(),
    });
    await this.answer(publish, body);
  }

  /** The content of the product's configuration, empty where there is none. */
  private config({ productID }: ReadPublish): Outcome {
    return { answered: true, data: this.parts.state.configs.get(productID)?.content ?? '' };
  }

  private sdkLog(publish: ReadPublish, head: Head): Outcome {
    const { sdkLog } = this.parts.state.dataOf(publish);
    const device = this.parts.state.device(publish)!;
    if (publish.type === 'operation') return { answered: true, data: { logLevel: device.logLevel } };
    if (publish.type !== 'report') throw new Unanswered(100006, [`sdk log types is err:${publish.type}`]);
    const lines = GoStruct.parse(publish.payload.toString('utf8'), 'Req').structs('params', 'SdkLog');
    if (lines.length === 0) throw new Unanswered(100006, ['need add params']);
    for (const line of lines) {
      const timestamp = line.int('timestamp') || head.timestamp || Date.now();
      sdkLog.push({ content: line.text('content'), loglevel: line.int('logLevel') || 5, timestamp });
    }
    return { answered: true };
  }

  private async answer(publish: ReadPublish, body: object | null): Promise<void> {
    const { productID, deviceName, handle, type } = publish;
    // The answer to a question for the time names no protocol, and so goes to devices of its own.
    const protocolCode = handle === 'ext' ? '' : publish.protocolCode;
    await publishToDevice(this.parts.bus, { productID, deviceName, handle, type, body, protocolCode });
  }

  /** Configurations and logs of devices leave no line. */
  private log(publish: ReadPublish, head: Head, failure: RhinoError | undefined, reply: object | undefined): void {
    const { topic, type, payload, handle } = publish;
    if (handle === 'config' || handle === 'log') return;
    const isOta = handle === 'ota';
    this.parts.state.dataOf(publish).hub.push({
      action: isOta ? 'ota' : type,
      requestID: isOta ? '' : head.msgToken,
      topic,
      content: payload.toString('utf8'),
      resultCode: failure?.code ?? 200,
      respPayload: reply ? JSON.stringify(reply) : '',
      timestamp: Date.now(),
    });
  }
}

/** What the device is told: absent members are those that its struct leaves out. */
const replyOf = (
  { handle }: ReadPublish,
  head: Head,
  { answered, data }: Outcome,
  failure: RhinoError | undefined,
): object | undefined => {
  if (failure instanceof Unanswered || (!failure && !answered)) return undefined;
  if (handle === 'config') return { method: 'reply', data };
  const code = failure?.code ?? 200;
  // It never reads whom an upgrade's message is from.
  if (handle === 'ota') return { code };
  return {
    method: replyTo(head.method),
    ...(head.msgToken && { msgToken: head.msgToken }),
    ...(handle === 'log' && { timestamp: Date.now() }),
    code,
    ...(head.retMsg && { msg: failure?.message ?? '成功' }),
    ...(data !== undefined && { data }),
  };
};

const gatewayReply = ({ method, msgToken, retMsg }: Head, { failure, payload }: GatewayOutcome): object => ({
  method,
  ...(msgToken && { msgToken }),
  code: failure?.code ?? 200,
  ...(retMsg && { msg: failure?.message ?? '成功' }),
  ...(payload && { payload }),
});

const time = ({ type, timestamp }: ReadPublish, head: Head): Outcome => {
  if (type !== 'ntp') throw new Unanswered(100006, [`ext types is err:${type}`]);
  if (head.method !== 'getNtp') throw new Unanswered(100013);
  return { answered: true, data: { deviceSendTime: head.timestamp, serverRecvTime: timestamp } };
};

/** Only the progress of an upgrade; no upgrade is ever under way here. */
const ota = ({ type, topic }: ReadPublish): Outcome => {
  if (type !== 'progress') throw new RhinoError(100006, [`things topic is err:${topic}`]);
  throw new RhinoError(100009);
};
