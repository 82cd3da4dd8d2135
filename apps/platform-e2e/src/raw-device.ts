/** A device as a byte stream: what a C SDK writes goes out as it stands here, and what comes back is read as that SDK reads it. */
import type { RawMqtt, SdkDeviceOptions } from '@alink/testing';
import { rawConnect } from './raw-connect';

export interface RawReply {
  readonly topic: string;
  readonly text: string;
  readonly qos: number;
}

export class RawDevice {
  private messageId = 0;

  private constructor(
    readonly raw: RawMqtt,
    /** `/sys/{ProductKey}/{DeviceName}/` */
    readonly base: string,
  ) {}

  /** Connects and reads CONNACK 0. @param more goes into the CONNECT packet */
  static async connect(login: SdkDeviceOptions, more: object = {}): Promise<RawDevice> {
    const raw = await rawConnect(login, more);
    const { returnCode } = await raw.next('connack');
    expect(returnCode).toBe(0);
    const [deviceName, productKey] = login.username.split('&');
    return new RawDevice(raw, `/sys/${productKey}/${deviceName}/`);
  }

  /** Publishes at QoS 0, or 1; does not wait for anything. @param topic from the root, or below {@link base} */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1 = 0): void {
    const messageId = qos === 1 ? ++this.messageId : undefined;
    const where = topic.startsWith('/') ? topic : this.base + topic;
    this.raw.send({ cmd: 'publish', topic: where, payload, qos, messageId, dup: false, retain: false });
  }

  /** Sends a SUBSCRIBE for each packet that an SDK sends, and waits for none. */
  subscribe(packets: readonly (readonly string[])[], qos: 0 | 1): void {
    for (const filters of packets) {
      const subscriptions = filters.map((topic) => ({
        topic: topic.startsWith('/') ? topic : this.base + topic,
        qos,
      }));
      this.raw.send({ cmd: 'subscribe', messageId: ++this.messageId, subscriptions });
    }
  }

  /** What is granted to the next SUBSCRIBEs, one after the other. */
  async granted(packets: number): Promise<number[]> {
    const codes: number[] = [];
    for (let n = 0; n < packets; n++) codes.push(...((await this.raw.next('suback')).granted as number[]));
    return codes;
  }

  /** The next message that comes down. */
  async next(): Promise<RawReply> {
    const { topic, payload, qos } = await this.raw.next('publish');
    return {
      topic: topic.startsWith(this.base) ? topic.slice(this.base.length) : topic,
      text: payload.toString(),
      qos,
    };
  }

  async end(): Promise<void> {
    this.raw.send({ cmd: 'disconnect' });
    await this.raw.close();
  }
}

/**
 * A member as the C SDKs find it (`core_json_value` of the Link SDK for C 4.x): the first place where its quoted name
 * stands, then a colon, then a text, a number, or what its braces hold. Nothing else of JSON is known to it: no blank, no escape.
 */
export const findLikeC = (text: string, key: string): string | undefined => {
  const at = text.indexOf(`"${key}"`);
  const rest = at < 0 ? '' : text.slice(at + key.length + 2);
  if (!rest.startsWith(':')) return undefined;
  const value = rest.slice(1);
  if (value.startsWith('"')) return value.slice(1, value.indexOf('"', 1));
  if (!/^[{[]/.test(value)) return /^[^,}\]]*/.exec(value)![0];
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    if ('{['.includes(value[i]!)) depth += 1;
    if ('}]'.includes(value[i]!) && --depth === 0) return value.slice(0, i + 1);
  }
  return undefined;
};
