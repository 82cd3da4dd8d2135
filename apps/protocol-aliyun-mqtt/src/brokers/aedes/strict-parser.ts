/**
 * aedes' parser, held to what MQTT 3.1.1 says of text and versions, and asked in plain words why it gives up. It would put
 * U+FFFD in the place of what is no UTF-8, and close without a word on a version that it does not know.
 */
import { isUtf8 } from 'node:buffer';
import type { Client, ConnectPacket } from 'aedes';
import { ProtocolFault } from '../../link/protocol-fault';

/** Members of mqtt-packet's parser that its types leave out. */
interface ParserInternals {
  readonly _list: { slice(from: number, to: number): Buffer };
  readonly _pos: number;
  readonly packet: { readonly cmd?: string; readonly protocolVersion?: number };
  error: Error | null;
  _parseString(): string | null;
  _emitError(error: Error): void;
}

/** CONNACK 1, "unacceptable protocol version" (MQTT 3.1.1, 3.1.2.2). */
const REFUSED_VERSION = Buffer.of(0x20, 2, 0, 1);
/** What mqtt-packet says of a version that it does not know. */
const UNKNOWN_VERSION = 'Invalid protocol version';

/** Why a client of that version is refused. */
export const wrongVersion = (level: number | undefined): ProtocolFault =>
  new ProtocolFault(
    `the client speaks ${level === 5 ? 'MQTT 5' : 'a version of MQTT that there is not'} (protocol level ${level}), refused with CONNACK 1`,
    'set the client to MQTT 3.1.1 (level 4)',
  );

const noUtf8 = (where: string): ProtocolFault =>
  new ProtocolFault(
    `a name in a ${where} is no UTF-8 (perhaps GBK)`,
    'let the firmware write topics, ClientID and username in UTF-8',
  );

const withNul = (where: string): ProtocolFault =>
  new ProtocolFault(
    `a name in a ${where} holds U+0000`,
    'leave the end mark of C strings out of topics, ClientID and username, and out of their length',
  );

/** A will whose QoS there is not (MQTT-3.1.2-14); wills are not served, but such a CONNECT is none. */
export const willFault = ({ will }: ConnectPacket): ProtocolFault | undefined =>
  (will?.qos as number | undefined) === 3
    ? new ProtocolFault(
        'the will of the CONNECT has QoS 3',
        'set its QoS to 0, 1 or 2, or leave the will out: it is not served',
      )
    : undefined;

/** What went wrong, in the words of MQTT where it was the client's doing. */
export const faultOf = (error: Error): ProtocolFault => {
  if (error instanceof ProtocolFault) return error;
  if (error.message === 'connect did not arrive in time') {
    return new ProtocolFault('no CONNECT within 10 s', 'let the client send CONNECT as soon as the connection is open');
  }
  return new ProtocolFault(
    `what the client sent is no MQTT 3.1.1: ${error.message}`,
    'compare the packet with the standard, or look for bytes that are lost on the way',
  );
};

/**
 * Reads a client strictly.
 * @param onVersion hears that CONNACK 1 was written to a client of an unknown version
 */
export const readStrictly = (client: Client, onVersion: () => void): void => {
  const parser = (client as unknown as { _parser: ParserInternals })._parser;
  const { _parseString: parseString, _emitError: emitError } = parser;
  let badText: ProtocolFault | undefined;

  parser._parseString = () => {
    const from = parser._pos + 2;
    const text = parseString.call(parser);
    if (text === null) return null;
    const where = (parser.packet.cmd ?? 'packet').toUpperCase();
    if (text.includes('\0')) badText = withNul(where);
    else if (text.includes('\ufffd') && !isUtf8(parser._list.slice(from, parser._pos))) badText = noUtf8(where);
    return badText ? null : text;
  };

  parser._emitError = (error) => {
    // One cause is enough, and the first is the true one.
    if (parser.error) return;
    if (badText || error.message !== UNKNOWN_VERSION) return emitError.call(parser, badText ?? faultOf(error));
    client.conn.write(REFUSED_VERSION);
    onVersion();
    emitError.call(parser, wrongVersion(parser.packet.protocolVersion));
  };
};
