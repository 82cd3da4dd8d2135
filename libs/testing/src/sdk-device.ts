/**
 * A device that speaks as Alibaba Cloud's Link SDKs do, on a stock MQTT client. Topics and payloads: Alibaba Cloud IoT
 * documentation, "Device properties, events, and services"; answers as in the Node SDK's thing.js and the C SDK's
 * aiot_dm_api.c.
 */
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { PATIENCE_MS } from './patience';

export interface SdkDeviceOptions {
  readonly host?: string;
  readonly port: number;
  /** How it connects; certificates are not checked. Default tcp. */
  readonly transport?: 'tcp' | 'tls' | 'ws' | 'wss';
  /** The whole ClientID, `id|securemode=3,...|`. */
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Default: as the username `<DeviceName>&<ProductKey>` says. */
  readonly productKey?: string;
  readonly deviceName?: string;
  /** Seconds; default 60. */
  readonly keepalive?: number;
  /** Keep the session over connections; default a clean session. */
  readonly clean?: boolean;
  /** 3 for MQTT 3.1, 4 (the default) for 3.1.1. */
  readonly protocolVersion?: 3 | 4;
  /** Connect again after this time when the connection is lost; default 0, never. */
  readonly reconnectMs?: number;
  /** More options of the MQTT client, for example a certificate to check. */
  readonly mqtt?: IClientOptions;
}

/** An Alink reply as the cloud sends it. */
export interface AlinkReply {
  readonly id: string;
  readonly code: number;
  readonly data: unknown;
  readonly message: string;
  readonly method: string;
  readonly version: string;
}

/** An Alink request from the cloud. */
export interface AlinkRequest {
  readonly id: string;
  readonly version: string;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** What a handler answers: the code (default 200) and the data. Undefined: no answer at all. */
export type Answer = { readonly code?: number; readonly data?: unknown } | undefined;
type Handler = (request: AlinkRequest, topic: string) => Answer | Promise<Answer>;

export interface Arrived {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
}

/** The server refused the CONNECT; `code` is the CONNACK's return code. */
export class ConnectRefusedError extends Error {
  override readonly name = 'ConnectRefusedError';
  constructor(readonly code: number) {
    super(`CONNACK ${code}`);
  }
}

const SCHEMES = { tcp: 'mqtt', tls: 'mqtts', ws: 'ws', wss: 'wss' } as const;

export class SdkDevice {
  readonly productKey: string;
  readonly deviceName: string;
  /** Everything that arrived, oldest first. */
  readonly received: Arrived[] = [];
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  private readonly client: MqttClient;
  private readonly options: SdkDeviceOptions;
  private readonly replies = new Map<string, (reply: AlinkReply) => void>();
  private readonly handlers = new Map<string, Handler>();
  private readonly watchers = new Set<() => void>();
  /** Whether its ClientID asks for system topics without a SUBSCRIBE; an SDK that does not subscribes replies itself. */
  private readonly asksForReplies: boolean;
  private readonly subscribedReplies = new Map<string, Promise<unknown>>();
  private nextId = 1;

  private constructor(client: MqttClient, options: SdkDeviceOptions) {
    const [deviceName = '', productKey = ''] = options.username.split('&');
    this.productKey = options.productKey ?? productKey;
    this.deviceName = options.deviceName ?? deviceName;
    this.client = client;
    this.options = options;
    this.asksForReplies = /[|,]_ss=1[,|]/.test(options.clientId);
    this.closed = new Promise((resolve) => void client.once('close', resolve));
    client.on('message', (topic, payload, { qos }) => this.arrived({ topic, payload, qos }));
    client.on('error', () => undefined); // what matters of it is seen by who waits for it
  }

  /**
   * Connects and waits for the CONNACK.
   * @throws {ConnectRefusedError} when the server refuses
   * @throws {Error} when it cannot be reached or closes the connection without a CONNACK
   */
  static connect(options: SdkDeviceOptions): Promise<SdkDevice> {
    const { transport = 'tcp', host = '127.0.0.1', port, protocolVersion = 4 } = options;
    const client = connect(`${SCHEMES[transport]}://${host}:${port}`, {
      clientId: options.clientId,
      username: options.username,
      password: options.password,
      keepalive: options.keepalive ?? 60,
      clean: options.clean ?? true,
      protocolVersion,
      protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
      reconnectPeriod: options.reconnectMs ?? 0,
      connectTimeout: PATIENCE_MS,
      rejectUnauthorized: false,
      ...options.mqtt,
    });
    client.setMaxListeners(0); // a gateway device's sub-devices listen to it, too
    const device = new SdkDevice(client, options);
    return new Promise((resolve, reject) => {
      const fail = (error: Error & { code?: number | string }) => {
        client.end(true);
        reject(typeof error.code === 'number' ? new ConnectRefusedError(error.code) : error);
      };
      const gone = () => fail(new Error('connection closed before the CONNACK'));
      client.once('error', fail);
      client.once('close', gone);
      client.once('connect', () => {
        client.off('error', fail);
        client.off('close', gone);
        resolve(device);
      });
    });
  }

  /**
   * A sub-device that speaks over this connection, as far as the platform lets it. What arrives for any device of the
   * connection is in `received` of each.
   */
  subDevice(productKey: string, deviceName: string): SdkDevice {
    return new SdkDevice(this.client, { ...this.options, productKey, deviceName });
  }

  /** `/sys/<ProductKey>/<DeviceName>/<rest>`; of `combine/...`, which is about sub-devices, `/ext/session/...` */
  topic(rest: string): string {
    const family = rest.startsWith('combine/') ? 'ext/session' : 'sys';
    return `/${family}/${this.productKey}/${this.deviceName}/${rest}`;
  }

  get connected(): boolean {
    return this.client.connected;
  }

  /** Reports properties (values, or `{value, time}`) and gives the reply. */
  post(properties: Record<string, unknown>, options?: RequestOptions): Promise<AlinkReply> {
    return this.request('thing/event/property/post', properties, options);
  }

  /** Reports an event and gives the reply. */
  postEvent(identifier: string, value: Record<string, unknown>, options?: RequestOptions): Promise<AlinkReply> {
    return this.request(`thing/event/${identifier}/post`, { value, time: Date.now() }, options);
  }

  /**
   * Sends an Alink request on {@link topic} and gives the reply with its id.
   * @throws {Error} when none comes within `timeoutMs` (default {@link PATIENCE_MS})
   */
  async request(rest: string, params: unknown, options: RequestOptions = {}): Promise<AlinkReply> {
    const { qos = 1, timeoutMs = PATIENCE_MS, id = String(this.nextId++) } = options;
    const method = rest.replaceAll('/', '.');
    await this.subscribeReply(`${this.topic(rest)}_reply`);
    let timer: NodeJS.Timeout | undefined;
    const reply = new Promise<AlinkReply>((resolve, reject) => {
      this.replies.set(id, resolve);
      timer = setTimeout(() => reject(new Error(`no reply to ${method} within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      const sent = this.publish(this.topic(rest), JSON.stringify({ id, version: '1.0', params, method }), qos);
      const [answer] = await Promise.all([reply, sent]);
      return answer;
    } finally {
      clearTimeout(timer);
      this.replies.delete(id);
    }
  }

  /** Publishes; with QoS 1 it resolves at the PUBACK. */
  async publish(topic: string, payload: string | Buffer, qos: 0 | 1 | 2 = 1): Promise<void> {
    await this.client.publishAsync(topic, payload, { qos });
  }

  /** @returns the QoS granted for each topic; 128 where refused */
  async subscribe(topics: string | string[], qos: 0 | 1 | 2 = 0): Promise<number[]> {
    const list = [topics].flat();
    return new Promise((resolve, reject) => {
      this.client.subscribe(list, { qos }, (error, _granted, packet) => {
        if (packet) resolve(packet.granted as number[]);
        else reject(error ?? new Error('no SUBACK'));
      });
    });
  }

  async unsubscribe(topics: string | string[]): Promise<void> {
    await this.client.unsubscribeAsync(topics);
  }

  /** Answers `thing.service.property.set`. Without a handler the device stays silent. */
  onPropertySet(handler: Handler): void {
    this.handlers.set('property.set', handler);
  }

  /** Answers a service, called asynchronously or in either synchronous form. */
  onService(identifier: string, handler: Handler): void {
    this.handlers.set(identifier, handler);
  }

  /**
   * The first message, arrived already or to come, whose topic is that one.
   * @throws {Error} when none comes within `timeoutMs` (default {@link PATIENCE_MS})
   */
  waitFor(topic: string, timeoutMs = PATIENCE_MS): Promise<Arrived> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.received.find((message) => message.topic === topic);
        if (!found) return;
        done();
        resolve(found);
      };
      const done = () => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`nothing on ${topic} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.watchers.add(look);
      look();
    });
  }

  /** Disconnects: with DISCONNECT, or with `force` by closing the socket. */
  async end({ force = false } = {}): Promise<void> {
    await this.client.endAsync(force);
  }

  private async subscribeReply(topic: string): Promise<void> {
    if (this.asksForReplies) return;
    if (!this.subscribedReplies.has(topic)) this.subscribedReplies.set(topic, this.subscribe(topic));
    await this.subscribedReplies.get(topic);
  }

  private arrived(message: Arrived): void {
    this.received.push(message);
    for (const look of [...this.watchers]) look();
    const rest = this.restOf(message.topic);
    if (rest === undefined) return;
    let body: Partial<AlinkReply & AlinkRequest>;
    try {
      body = JSON.parse(message.payload.toString()) as typeof body;
    } catch {
      return; // raw data is in `received`
    }
    if (rest.endsWith('_reply')) this.replies.get(String(body.id))?.(body as AlinkReply);
    else void this.answer(message.topic, rest, body as AlinkRequest);
  }

  /** What follows `/sys/<ProductKey>/<DeviceName>/` or `/ext/session/...`, also in the full-topic RRPC form. */
  private restOf(topic: string): string | undefined {
    const plain = topic.replace(/^\/ext\/rrpc\/[^/]+/, '').replace(/^\/ext\/session\//, '/sys/');
    const prefix = this.topic('');
    return plain.startsWith(prefix) ? plain.slice(prefix.length) : undefined;
  }

  private async answer(topic: string, rest: string, request: AlinkRequest): Promise<void> {
    // The method names the service in every form; in the default RRPC form the topic does not.
    const name = String(request.method ?? rest.replaceAll('/', '.')).replace(/^thing\.service\./, '');
    const answer = await this.handlers.get(name)?.(request, topic);
    if (!answer) return;
    const body = JSON.stringify({ id: request.id, code: answer.code ?? 200, data: answer.data ?? {} });
    await this.publish(replyTopic(topic), body, 0).catch(() => undefined); // the connection may be gone by now
  }
}

export interface RequestOptions {
  /** Default 1. */
  readonly qos?: 0 | 1;
  /** Default {@link PATIENCE_MS}. */
  readonly timeoutMs?: number;
  /** The Alink id; default a number that counts up. */
  readonly id?: string;
}

/** Where the answer to a request belongs; a full-topic RRPC is answered on its own topic. */
const replyTopic = (topic: string): string => {
  if (topic.startsWith('/ext/rrpc/')) return topic;
  return topic.includes('/rrpc/request/') ? topic.replace('/rrpc/request/', '/rrpc/response/') : `${topic}_reply`;
};
