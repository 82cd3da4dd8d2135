/**
 * A gateway of another protocol, as unitedrhino's protocol SDK makes one (unitedrhino, things: sdk/protocol): it registers its
 * protocol, reports who is connected, sends uplinks that want an answer, and answers commands by uplinks. Everything that it
 * hears it acknowledges, as the SDK's bus does.
 */
import { RhinoBus, type BusMode } from './bus/rhino-bus';
import { readDevPublish, type ReadPublish } from './caller/device-publish';
import { EntryCache } from './caller/entry-cache';
import { readProtocolConfigs, deviceKey } from './caller/notices';
import type { Answer, RhinoClient } from './caller/rhino-client';
import type { DeviceRef } from './dm/state';

export interface ForeignGatewayOptions {
  /** Code of its protocol. */
  readonly code: string;
  /** Calls dm.rpc, as root. */
  readonly dm: RhinoClient;
  /** Calls timedjob.rpc. */
  readonly timedjob: RhinoClient;
  /** URL of NATS. */
  readonly nats: string;
  readonly mode?: BusMode;
}

/** The platform's message in a downlink. */
export interface Heard {
  readonly publish: ReadPublish;
  readonly body: Answer;
}

/** What the device would answer to a command; undefined: nothing. */
export type DeviceAnswer = (command: Heard) => { readonly code?: number; readonly data?: unknown } | undefined;

export class ForeignGateway {
  /** Downlinks of its protocol, in their order. */
  readonly heard: Heard[] = [];
  /** Configurations that it was told of. */
  readonly configs: Readonly<Record<string, string>>[][] = [];
  /** Times at which its timer rang, Unix milliseconds. */
  readonly rings: number[] = [];
  /** Its caches, by the keys that the news names. */
  readonly products: EntryCache<Answer>;
  readonly devices: EntryCache<Answer>;
  readonly deviceSchemas: EntryCache<Answer>;
  /** What its devices answer to commands. */
  answer: DeviceAnswer = () => ({ code: 200 });

  private constructor(
    private readonly options: ForeignGatewayOptions,
    private readonly bus: RhinoBus,
    caches: readonly [EntryCache<Answer>, EntryCache<Answer>, EntryCache<Answer>],
  ) {
    [this.products, this.devices, this.deviceSchemas] = caches;
  }

  /**
   * Registers its protocol and its timer, and listens.
   * @throws {RhinoCallError} where the SDK would end the process
   */
  static async start(options: ForeignGatewayOptions): Promise<ForeignGateway> {
    const { code, dm, timedjob, nats, mode = 'nats' } = options;
    const bus = await RhinoBus.connect({ url: nats, mode, service: `gateway-${code}` });
    const deviceOf = (key: string): DeviceRef => JSON.parse(key) as DeviceRef;
    const caches = [
      await EntryCache.open(bus, 'cache:dm:product', (productID) =>
        dm.call('dm.ProductManage/productInfoRead', { productID, withCategory: true, withProtocol: true }),
      ),
      await EntryCache.open(bus, 'cache:dm:device', (key) => dm.call('dm.DeviceManage/deviceInfoRead', deviceOf(key))),
      await EntryCache.open(bus, 'cache:dm:device:schema', (key) =>
        dm.call('dm.DeviceManage/deviceSchemaTslRead', deviceOf(key)),
      ),
    ] as const;
    const gateway = new ForeignGateway(options, bus, caches);
    const timerTopic = `server.things.${code}.protocol.timer`;
    await timedjob.call('timedjob.TimedManage/TaskInfoCreate', {
      groupCode: 'unitedRhino-queue',
      type: 1,
      name: `自定义协议-${code}-定时任务-数据同步`,
      code: `protocol-${code}-timer`,
      params: JSON.stringify({ topic: timerTopic, payload: '' }),
      cronExpr: '@every 10m',
      status: 2,
      priority: 3,
    });
    await bus.subscribe(timerTopic, ({ timestamp }) => void gateway.rings.push(timestamp));
    await bus.subscribe(`server.things.dm.protocol.${code}.update`, ({ data }) => {
      gateway.configs.push(readProtocolConfigs(data));
    });
    await dm.call('dm.ProtocolManage/protocolInfoCreate', {
      code,
      name: `foreign ${code}`,
      type: 'normal',
      transProtocol: 'mqtt',
    });
    await dm.call('dm.ProtocolManage/protocolServiceUpdate', { code, ip: '127.0.0.1', port: 0, status: 1 });
    await bus.queueSubscribe(`device.down.${code}.>`, ({ subject, data }) => gateway.down(subject, data));
    return gateway;
  }

  get complaints(): readonly string[] {
    return this.bus.complaints;
  }

  connected(device: DeviceRef): Promise<void> {
    return this.status(device, 'connected');
  }

  disconnected(device: DeviceRef): Promise<void> {
    return this.status(device, 'disconnected');
  }

  /**
   * Sends what the device says; the reply, where there is one, comes as a downlink.
   * @param type part of the handle: `property`, `event`, ...
   */
  async uplink(device: DeviceRef, handle: string, type: string, body: object): Promise<void> {
    const { productID, deviceName } = device;
    const payload = Buffer.from(JSON.stringify(body)).toString('base64');
    const named = { topic: '', handle, type, payload, timestamp: Date.now(), productID, deviceName };
    const publish = { ...named, explain: '', protocolCode: this.options.code };
    await this.bus.publish(`device.up.${handle}.${productID}.${deviceName}`, JSON.stringify(publish));
  }

  /** Downlinks with that method so far. */
  received(method: string): Heard[] {
    return this.heard.filter(({ body }) => body['method'] === method);
  }

  device(device: DeviceRef): Promise<Answer> {
    return this.devices.get(deviceKey(device));
  }

  async stop(): Promise<void> {
    await this.bus.close();
  }

  private async status({ productID, deviceName }: DeviceRef, action: 'connected' | 'disconnected'): Promise<void> {
    const clientID = `${productID}&${deviceName}`;
    const named = { username: '', timestamp: Date.now(), addr: '127.0.0.1:50000', clientID, reason: '', action };
    await this.bus.publish(`device.up.status.${action}`, JSON.stringify({ ...named, productID, deviceName }));
  }

  private async down(subject: string, data: string): Promise<void> {
    if (subject.endsWith('.status.fix')) return;
    const publish = readDevPublish(data);
    // Its structs read a null as a message that says nothing.
    const body = (JSON.parse(publish.payload.toString('utf8')) ?? {}) as Answer;
    const heard = { publish, body };
    this.heard.push(heard);
    const replyMethod = COMMANDS[String(body['method'])];
    const answer = replyMethod && this.answer(heard);
    if (!answer) return;
    const { actionID, msgToken } = body;
    const reply = { method: replyMethod, msgToken, ...(actionID && { actionID }), code: answer.code ?? 200 };
    const sent = answer.data === undefined ? reply : { ...reply, data: answer.data };
    await this.uplink(publish, publish.handle, publish.type, sent);
  }
}

/** Commands, and what a device calls its answer to them. */
const COMMANDS: Readonly<Record<string, string>> = {
  control: 'controlReply',
  getReport: 'getReportReply',
  action: 'actionReply',
};
