/**
 * What the first byte of a frame may be (MQTT 3.1.1, 2.2 and 3.1): CONNECT first and once, packets that a client may send,
 * the flag bits that each must have.
 */
import { ProtocolFault } from '../link/protocol-fault';

const CONNECT = 0x10;
const PUBLISH = 3;
const UNSUBSCRIBE = 0xa2;
/** UNSUBSCRIBE without its flag bits, as XiUOS sends it: nothing else can be meant, so it is served. */
const BARE_UNSUBSCRIBE = 0xa0;

/** Packets by their type; those that only a server sends have no flags here. */
const packets: Readonly<Record<number, { readonly name: string; readonly flags?: number }>> = {
  1: { name: 'CONNECT', flags: 0 },
  2: { name: 'CONNACK' },
  3: { name: 'PUBLISH' },
  4: { name: 'PUBACK', flags: 0 },
  5: { name: 'PUBREC', flags: 0 },
  6: { name: 'PUBREL', flags: 2 },
  7: { name: 'PUBCOMP', flags: 0 },
  8: { name: 'SUBSCRIBE', flags: 2 },
  9: { name: 'SUBACK' },
  10: { name: 'UNSUBSCRIBE', flags: 2 },
  11: { name: 'UNSUBACK' },
  12: { name: 'PINGREQ', flags: 0 },
  13: { name: 'PINGRESP' },
  14: { name: 'DISCONNECT', flags: 0 },
};

/** Characters of a text that are shown. */
const MAX_EXCERPT = 40;

export class FrameRules {
  private hasConnect = false;

  /**
   * Judges the first byte of a frame.
   * @param rest what has come after it
   * @returns the byte as it is meant, or why the connection must end here
   */
  judge(byte: number, rest: Uint8Array): number | ProtocolFault {
    if (!this.hasConnect) {
      if (byte !== CONNECT) return beforeConnect(byte, rest);
      this.hasConnect = true;
      return byte;
    }
    if (byte === BARE_UNSUBSCRIBE) return UNSUBSCRIBE;
    const type = byte >> 4;
    const packet = packets[type];
    if (packet?.name === 'CONNECT') {
      return new ProtocolFault(
        'the client sent a second CONNECT on one connection',
        'let it send CONNECT once and wait for the CONNACK; to try again, open a new connection',
      );
    }
    if (type === PUBLISH) return (byte & 0x06) === 0x06 ? wrongFlags('PUBLISH', byte) : byte;
    if (!packet || packet.flags === undefined) {
      return new ProtocolFault(
        `the client sent ${packet?.name ?? `a packet of type ${type}`}, which no client sends`,
        'look for bytes that are lost or doubled on the way from the firmware to the network',
      );
    }
    return (byte & 0x0f) === packet.flags ? byte : wrongFlags(packet.name, byte);
  }
}

const wrongFlags = (name: string, byte: number): ProtocolFault =>
  new ProtocolFault(
    `the client sent ${name} with wrong flag bits (first byte 0x${byte.toString(16)})`,
    name === 'PUBLISH' ? 'set its QoS to 0, 1 or 2' : `begin ${name} with 0x${rightByte(name).toString(16)}`,
  );

const rightByte = (name: string): number => {
  const [type, packet] = Object.entries(packets).find(([, known]) => known.name === name)!;
  return (Number(type) << 4) | (packet.flags ?? 0);
};

const beforeConnect = (byte: number, rest: Uint8Array): ProtocolFault => {
  const bytes = Buffer.concat([Buffer.of(byte), rest.subarray(0, MAX_EXCERPT)]);
  const [line = ''] = /^[\r\n\x20-\x7e]+/.exec(bytes.toString('latin1', 0, MAX_EXCERPT)) ?? [];
  if (line.length > 2 || (line.length > 0 && line.length === bytes.length)) {
    return new ProtocolFault(
      `the client sent text before CONNECT: ${JSON.stringify(line)}`,
      /^[A-Z]+ \S* ?HTTP/.test(line)
        ? 'this port speaks MQTT: HTTP has another one'
        : 'let nothing but MQTT into the connection; a modem in transparent mode sends AT commands on to the server',
    );
  }
  const name = packets[byte >> 4]?.name;
  if (name === 'CONNECT') return wrongFlags(name, byte);
  return new ProtocolFault(
    `the client sent ${name ?? `the byte 0x${byte.toString(16)}`} before CONNECT`,
    'let it begin a connection with CONNECT; to end an old one, close the socket rather than send DISCONNECT on a new one',
  );
};
