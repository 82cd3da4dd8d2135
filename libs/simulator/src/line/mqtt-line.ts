/** One MQTT 3.1.1 connection of a device. */
import type { Login } from '@alink/signing';
import { generate, parser, type Packet, type Parser } from 'mqtt-packet';
import { dial, type Wire } from './dial';
import type { ClientCertificate, Endpoint } from './endpoint';

export interface LineOptions {
  readonly endpoint: Endpoint;
  readonly certificate?: ClientCertificate;
  readonly login: Login;
  readonly clean: boolean;
  readonly keepaliveS: number;
}

/** What a line tells; nothing after `failed`, `closed`, {@link MqttLine.end} or {@link MqttLine.cut}. */
export interface LineEvents {
  opened(): void;
  failed(why: string): void;
  closed(): void;
  heard(): void;
  granted(codes: readonly number[]): void;
  acknowledged(messageId: number): void;
  published(topic: string, payload: Buffer): void;
}

/** Filters in one SUBSCRIBE (Alibaba Cloud IoT documentation, "Limits"). */
const MAX_FILTERS = 8;
/** What is still sent after the end of a line that nobody listens to. */
const LINGER_MS = 2000;

const DISCONNECT = generate({ cmd: 'disconnect' });
const PING = generate({ cmd: 'pingreq' });

export class MqttLine {
  private readonly wire: Wire;
  private readonly parser: Parser = parser();
  private isOpen = false;
  private isOver = false;
  private lastSubscribe = 0;

  constructor(
    private readonly options: LineOptions,
    private readonly events: LineEvents,
  ) {
    this.parser.on('packet', (packet) => this.take(packet));
    this.parser.on('error', () => this.fail('what the server sends is no MQTT'));
    this.wire = dial(options.endpoint, options.certificate, {
      open: () => this.connect(),
      data: (bytes) => this.read(bytes),
      closed: (why) => this.gone(why),
    });
  }

  publish(topic: string, payload: string | Buffer, messageId: number | undefined, dup: boolean): void {
    const qos = messageId === undefined ? 0 : 1;
    this.wire.write(generate({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false }));
  }

  subscribe(filters: readonly string[]): void {
    for (let from = 0; from < filters.length; from += MAX_FILTERS) {
      const subscriptions = filters.slice(from, from + MAX_FILTERS).map((topic) => ({ topic, qos: 1 as const }));
      this.lastSubscribe += 1;
      this.wire.write(generate({ cmd: 'subscribe', messageId: this.lastSubscribe, subscriptions }));
    }
  }

  ping(): void {
    this.wire.write(PING);
  }

  /** Takes leave with DISCONNECT. */
  end(): void {
    this.isOver = true;
    this.wire.write(DISCONNECT);
    this.wire.end();
    setTimeout(() => this.wire.destroy(), LINGER_MS).unref();
  }

  /** Breaks off, as a network that is gone does. */
  cut(): void {
    this.isOver = true;
    this.wire.destroy();
  }

  private connect(): void {
    const { login, clean, keepaliveS } = this.options;
    const { clientId, username, password } = login;
    this.wire.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean,
        keepalive: keepaliveS,
        clientId,
        username,
        password: password === undefined ? undefined : Buffer.from(password),
      }),
    );
  }

  private read(bytes: Buffer): void {
    if (this.isOver) return;
    this.events.heard();
    this.parser.parse(bytes);
  }

  private take(packet: Packet): void {
    if (this.isOver) return;
    switch (packet.cmd) {
      case 'connack':
        if (packet.returnCode !== 0) return this.fail(`CONNACK ${packet.returnCode}`);
        this.isOpen = true;
        return this.events.opened();
      case 'publish':
        if (packet.qos === 1) this.wire.write(generate({ cmd: 'puback', messageId: packet.messageId }));
        return this.events.published(packet.topic, Buffer.from(packet.payload));
      case 'puback':
        return this.events.acknowledged(packet.messageId!);
      case 'suback':
        return this.events.granted(packet.granted as number[]);
    }
  }

  /** It is worth nothing; the reason is told. */
  private fail(why: string): void {
    const wasOpen = this.isOpen;
    this.cut();
    if (wasOpen) this.events.closed();
    else this.events.failed(why);
  }

  private gone(why: string | undefined): void {
    if (!this.isOver) this.fail(why ?? 'closed before the CONNACK');
  }
}
