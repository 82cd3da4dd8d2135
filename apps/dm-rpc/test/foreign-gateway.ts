/**
 * A gateway of another protocol, as one made with unitedrhino's SDK speaks: on core NATS, byte for byte in its form (key
 * order of its structs, what is empty left out, `&` escaped, ids of a trace that are all zero); beside it a bystander that
 * acknowledges whatever it hears with `+ACK`, as every subscriber of its bus library does.
 */
import { connectNats } from '@alink/bus';
import { decodeEnvelope } from '@alink/contract';
import { eventually, PATIENCE_MS, startNats, type TestNats } from '@alink/testing';
import { connect, type NatsConnection } from 'nats';
import { startDm, type DmFixture } from './dm-fixture';

export const PROTOCOL = 'lxSdk';
export const PRODUCT = 'lxtrial1';
export const DEVICE = 'dev1';
export const NAMES = { productID: PRODUCT, deviceName: DEVICE };

const property = (identifier: string, dataType: object) => ({
  identifier,
  name: identifier,
  accessMode: 'rw',
  dataType,
});
const TSL = {
  profile: { productKey: PRODUCT },
  properties: [
    property('temp', { type: 'double', specs: { min: '-40', max: '120', step: '0.1' } }),
    property('cnt', { type: 'int', specs: { min: '0', max: '1000', step: '1' } }),
    property('sw', { type: 'bool', specs: { 0: 'off', 1: 'on' } }),
    property('since', { type: 'date', specs: {} }),
    property('levels', { type: 'array', specs: { size: '4', item: { type: 'int' } } }),
  ],
  events: [
    {
      identifier: 'over',
      name: 'over',
      type: 'alert',
      method: 'thing.event.over.post',
      outputData: [{ identifier: 't', name: 't', dataType: { type: 'double', specs: {} } }],
    },
  ],
  services: [
    {
      identifier: 'echo',
      name: 'echo',
      callType: 'async',
      method: 'thing.service.echo',
      inputData: [{ identifier: 'text', name: 'text', dataType: { type: 'text', specs: { length: '64' } } }],
      outputData: [{ identifier: 'text', name: 'text', dataType: { type: 'text', specs: { length: '64' } } }],
    },
  ],
};

const COMMANDS = new Set(['control', 'getReport', 'action', 'getFound', 'notifyBind']);

/** A message that was heard. */
export interface Heard {
  readonly subject: string;
  readonly data: Record<string, unknown>;
}

/** A downlink, opened. */
export interface Down extends Heard {
  readonly message: Record<string, unknown>;
}

const ZERO_TRACE =
  '{"TraceID":"00000000000000000000000000000000","SpanID":"0000000000000000","TraceFlags":"00","TraceState":"","Remote":false}';

/** Go's JSON escapes these. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[&<>]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`);

export class ForeignGateway {
  readonly downs: Down[] = [];
  /** What the device answers to a command, as members of its message; undefined is nothing. */
  answers: (command: Down) => object | undefined = () => undefined;
  /** What applications were told. */
  readonly told: Heard[] = [];

  private constructor(
    private readonly connection: NatsConnection,
    private readonly bystander: NatsConnection,
  ) {}

  static async connect(url: string): Promise<ForeignGateway> {
    const gateway = new ForeignGateway(await connect({ servers: url }), await connect({ servers: url }));
    gateway.listen(`device.down.${PROTOCOL}.>`, (heard) => {
      const message = JSON.parse(Buffer.from(String(heard.data['payload']), 'base64').toString());
      const down = { ...heard, message };
      gateway.downs.push(down);
      gateway.answer(down);
    });
    gateway.listen('application.>', (heard) => gateway.told.push(heard));
    for (const subject of ['device.up.>', 'device.down.>', 'application.>']) {
      gateway.bystander.subscribe(subject, { callback: (_, message) => void message.respond('+ACK') });
    }
    await Promise.all([gateway.connection.flush(), gateway.bystander.flush()]);
    return gateway;
  }

  /** Commands among the downlinks. */
  get commands(): Down[] {
    return this.downs.filter(({ message }) => COMMANDS.has(String(message['method'])));
  }

  private answer(down: Down): void {
    const { method, msgToken } = down.message;
    const { handle, type, deviceName } = down.data;
    const answer = COMMANDS.has(String(method)) ? this.answers(down) : undefined;
    if (answer)
      this.send(String(handle), String(type), { method: `${method}Reply`, msgToken, ...answer }, { deviceName });
  }

  private listen(subject: string, hear: (heard: Heard) => void): void {
    this.connection.subscribe(subject, {
      callback: (_, message) => {
        message.respond('+ACK');
        const { subject: told, data } = message;
        hear({ subject: told, data: JSON.parse(decodeEnvelope(Buffer.from(data).toString()).data) });
      },
    });
  }

  private publish(subject: string, data: unknown): void {
    const envelope = { trace: ZERO_TRACE, timestamp: Date.now(), data: goJson(data) };
    this.connection.publish(subject, goJson(envelope));
  }

  /** An uplink. @param over members of the device publish that are otherwise */
  send(handle: string, type: string, message: object | string, over: object = {}): void {
    const text = typeof message === 'string' ? message : goJson(message);
    const payload = text === '' ? null : Buffer.from(text).toString('base64');
    const publish = { topic: '', handle, type, payload, timestamp: Date.now(), ...NAMES, explain: '' };
    const { deviceName } = { ...publish, ...over };
    this.publish(`device.up.${handle}.${PRODUCT}.${deviceName}`, { ...publish, protocolCode: PROTOCOL, ...over });
  }

  /** A session begins or ends. */
  status(action: 'connected' | 'disconnected', over: object = {}): void {
    const status = {
      username: 'lx',
      timestamp: Date.now(),
      addr: '127.0.0.1:1',
      clientID: `${PRODUCT}&${DEVICE}`,
      reason: '',
      action,
      ...NAMES,
    };
    this.publish(`device.up.status.${action}`, { ...status, ...over });
  }

  /** Sends, and waits for the answer. @returns its message */
  async ask(handle: string, type: string, message: object | string, over: object = {}): Promise<Down> {
    const before = this.downs.length;
    this.send(handle, type, message, over);
    return eventually(() => {
      const down = this.downs[before];
      if (!down) throw new Error(`${handle}/${type} was not answered`);
      return down;
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.connection.drain(), this.bystander.drain()]);
  }
}

export interface ForeignFixture {
  /** URL of NATS. */
  readonly nats: string;
  readonly dm: DmFixture;
  readonly gateway: ForeignGateway;
  stop(): Promise<void>;
}

/** Our dm on a NATS of its own, with the gateway, and its product and devices. */
export const startForeign = async (...deviceNames: readonly string[]): Promise<ForeignFixture> => {
  const nats: TestNats = await startNats();
  const bus = await connectNats({ servers: nats.url, name: 'dm-test', publishTimeoutMs: PATIENCE_MS });
  const dm = await startDm({ bus });
  await dm.products.productInfoCreate({ productID: PRODUCT, productName: 'trial', protocolCode: PROTOCOL });
  await dm.products.productSchemaTslImport({ productID: PRODUCT, tsl: JSON.stringify(TSL) });
  for (const deviceName of [DEVICE, ...deviceNames])
    await dm.devices.deviceInfoCreate({ productID: PRODUCT, deviceName });
  const gateway = await ForeignGateway.connect(nats.url);
  return {
    nats: nats.url,
    dm,
    gateway,
    async stop() {
      await gateway.close();
      await dm.stop();
      await bus.close();
      await nats.stop();
    },
  };
};
