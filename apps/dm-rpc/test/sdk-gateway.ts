/**
 * A gateway made with unitedrhino's protocol SDK, as it looks on NATS: a plain client that hears `device.down.<protocolCode>.>`,
 * acknowledges whatever it hears as if a stream had sent it, and sends devices' answers as uplinks.
 */
import { connect, type Msg, type NatsConnection } from 'nats';

/** A command as the gateway has got it. */
export interface Heard {
  readonly subject: string;
  readonly publish: Readonly<Record<string, unknown>>;
  readonly message: Readonly<Record<string, unknown>> & { readonly method: string; readonly msgToken: string };
}
interface Core {
  readonly productID: string;
  readonly deviceName: string;
}

const SPAN = JSON.stringify({ TraceID: '1'.repeat(32), SpanID: '2'.repeat(16), TraceFlags: '01' });

export class SdkGateway {
  readonly heard: Heard[] = [];
  /** What the device answers, as members of its message; undefined is nothing. */
  answer: (heard: Heard) => object | undefined = () => ({ code: 200 });

  private constructor(
    private readonly nats: NatsConnection,
    private readonly protocolCode: string,
  ) {}

  static async connect(servers: string, protocolCode: string): Promise<SdkGateway> {
    const nats = await connect({ servers });
    const gateway = new SdkGateway(nats, protocolCode);
    nats.subscribe(`device.down.${protocolCode}.>`, {
      queue: 'lxsdk',
      callback: (_error, message) => gateway.take(message),
    });
    await nats.flush();
    return gateway;
  }

  /** A client that hears all of this, does nothing with it, and acknowledges it. */
  async bystander(subject: string): Promise<void> {
    this.nats.subscribe(subject, { callback: (_error, message) => void message.respond('+ACK') });
    await this.nats.flush();
  }

  /** An uplink of a device. */
  send({ productID, deviceName }: Core, type: string, message: object): void {
    const payload = Buffer.from(JSON.stringify(message)).toString('base64');
    const publish = { handle: 'thing', type, payload, timestamp: Date.now(), productID, deviceName, explain: '' };
    const data = JSON.stringify({ topic: '', ...publish, protocolCode: this.protocolCode });
    this.publish(`device.up.thing.${productID}.${deviceName}`, data);
  }

  /** A device is there, or has gone. */
  tell({ productID, deviceName }: Core, action: 'connected' | 'disconnected'): void {
    const clientID = `${productID}&${deviceName}`;
    const status = { username: '', timestamp: Date.now(), addr: '10.0.0.9:1', clientID, reason: '', action };
    this.publish(`device.up.status.${action}`, JSON.stringify({ ...status, productID, deviceName }));
  }

  close(): Promise<void> {
    return this.nats.close();
  }

  private take(received: Msg): void {
    received.respond('+ACK');
    const { data } = JSON.parse(received.string()) as { data: string };
    const publish = JSON.parse(data) as Record<string, unknown> & Core & { type: string; payload: string };
    const message = JSON.parse(Buffer.from(publish.payload, 'base64').toString()) as Heard['message'];
    const heard = { subject: received.subject, publish, message };
    this.heard.push(heard);
    const answer = this.answer(heard);
    if (!answer) return;
    const reply = { method: `${message.method}Reply`, msgToken: message.msgToken, ...answer };
    this.send(publish, publish.type, reply);
  }

  private publish(subject: string, data: string): void {
    this.nats.publish(subject, JSON.stringify({ trace: SPAN, timestamp: Date.now(), data }));
  }
}
