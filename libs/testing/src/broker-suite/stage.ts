/** What each test of the suite has: a broker of its own, its endpoint, and clients that dial it. */
import { eventually } from '../eventually';
import { RawMqtt } from '../raw-mqtt';
import type { SuiteAbilities, SuiteBroker, SuiteEnding, SuiteLink } from './port';
import { RecordingEndpoint } from './recording-endpoint';

export interface BrokerUnderTest {
  readonly can: SuiteAbilities;
  /** Bytes of a packet above which the connection closes. */
  readonly maxPacketBytes: number;
  /** Starts it with that endpoint. */
  start(endpoint: RecordingEndpoint): Promise<SuiteBroker>;
}

interface ConnectOptions {
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  /** Default true. */
  readonly clean?: boolean;
  /** Seconds; default 60. */
  readonly keepalive?: number;
}

/** A client whose CONNECT was accepted, with its link. */
export interface Opened {
  readonly raw: RawMqtt;
  readonly link: SuiteLink;
  readonly sessionPresent: boolean;
}

export class Stage {
  readonly endpoint = new RecordingEndpoint();
  broker!: SuiteBroker;
  private readonly clients: RawMqtt[] = [];

  constructor(readonly tested: BrokerUnderTest) {
    beforeEach(async () => {
      Object.assign(this.endpoint, new RecordingEndpoint());
      this.broker = await tested.start(this.endpoint);
    });
    afterEach(async () => {
      await Promise.all(this.clients.splice(0).map((raw) => raw.close()));
      await this.broker.stop();
    });
  }

  /** Opens a connection, and sends nothing. */
  async dial(protocolVersion: 3 | 4 | 5 = 4): Promise<RawMqtt> {
    const raw = await RawMqtt.open({ port: this.broker.port, protocolVersion });
    this.clients.push(raw);
    return raw;
  }

  connectPacket({ clientId = 'c1', username, password, clean = true, keepalive = 60 }: ConnectOptions = {}) {
    return {
      cmd: 'connect' as const,
      protocolId: 'MQTT' as const,
      protocolVersion: 4 as const,
      clientId,
      username,
      password: password === undefined ? undefined : Buffer.from(password),
      clean,
      keepalive,
    };
  }

  /** Sends a CONNECT, which must be accepted, and waits until the endpoint knows. */
  async open(options: ConnectOptions = {}): Promise<Opened> {
    const raw = await this.dial();
    const before = this.endpoint.opens.length;
    raw.send(this.connectPacket(options));
    const { returnCode, sessionPresent } = await raw.next('connack');
    expect(returnCode).toBe(0);
    const link = await eventually(() => {
      expect(this.endpoint.opens.length).toBeGreaterThan(before);
      return this.endpoint.opens.at(-1)!;
    });
    return { raw, link, sessionPresent };
  }

  /** Subscribes, and waits for the answer. @returns the code of each filter */
  async subscribe(raw: RawMqtt, ...filters: string[]): Promise<(number | object)[]> {
    raw.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })),
    });
    return (await raw.next('suback')).granted as (number | object)[];
  }

  publish(raw: RawMqtt, topic: string, payload: string | Buffer, qos: 0 | 1 | 2 = 0, messageId?: number): void {
    raw.send({ cmd: 'publish', topic, payload, qos, messageId, dup: false, retain: false });
  }

  /** Resolves once everything that the client has sent before is dealt with. */
  async settled(raw: RawMqtt): Promise<void> {
    raw.send({ cmd: 'pingreq' });
    await raw.next('pingresp');
  }

  /** How a link ended, once that is told. */
  endingOf(link: SuiteLink): Promise<SuiteEnding> {
    return eventually(() => {
      const found = this.endpoint.ends.filter((end) => end.link === link);
      expect(found).toHaveLength(1);
      return found[0]!.ending;
    });
  }
}

/** A promise, and what settles it. */
export const deferred = (): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } => {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
};

/** Long enough for a packet to arrive that should not. */
export const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));
