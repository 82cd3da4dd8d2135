/** The MQTT packets of a load, as bytes that are made before the clock starts. */
import type { Credentials } from '@alink/signing';
import { generate } from 'mqtt-packet';

const KEEPALIVE_S = 300;

/** @param clean false asks for a session that outlives the connection */
export const connectPacket = ({ clientId, username, password }: Credentials, clean = true): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean,
    keepalive: KEEPALIVE_S,
    clientId,
    username,
    password: Buffer.from(password),
  });

export const DISCONNECT = generate({ cmd: 'disconnect' });

/** Digits of an Alink id: with as many in each, all reports of a device are of one length. */
const ID_DIGITS = 8;

/** Three properties of the test product's thing model, as many bytes for every `n`. */
const reportPayload = (n: number): string => {
  const id = String(n).padStart(ID_DIGITS, '0');
  const temperature = (10 + (n % 890) / 10).toFixed(1);
  const params = `{"temperature":${temperature},"humidity":${10 + (n % 90)},"light":${n % 2}}`;
  return `{"id":"${id}","version":"1.0","params":${params},"method":"thing.event.property.post"}`;
};

/** Values in a report. */
export const VALUES_PER_REPORT = 3;

/** Property reports over one connection at QoS 1, one behind the other; after the last the first is sent again. */
export class PreparedReports {
  private readonly size: number;

  private constructor(
    private readonly bytes: Buffer,
    /** How many there are. Their message ids are 1 to this. */
    readonly count: number,
  ) {
    this.size = bytes.length / count;
  }

  /** @param topics of as many devices, which take turns; names of one length */
  static make(topics: readonly string[], count: number): PreparedReports {
    const packets = Array.from({ length: count }, (_, index) =>
      generate({
        cmd: 'publish',
        topic: topics[index % topics.length]!,
        payload: reportPayload(index + 1),
        qos: 1,
        messageId: index + 1,
        dup: false,
        retain: false,
      }),
    );
    return new PreparedReports(Buffer.concat(packets), count);
  }

  /** The message id of the report that is sent as the `n`th, from 0. */
  messageId(n: number): number {
    return (n % this.count) + 1;
  }

  /** The bytes of `length` reports from the `n`th on, at most {@link count}: without a copy, except where they begin anew. */
  slice(n: number, length: number): Buffer {
    const from = n % this.count;
    const first = this.bytes.subarray(from * this.size, Math.min(from + length, this.count) * this.size);
    const over = from + length - this.count;
    return over > 0 ? Buffer.concat([first, this.bytes.subarray(0, over * this.size)]) : first;
  }
}
