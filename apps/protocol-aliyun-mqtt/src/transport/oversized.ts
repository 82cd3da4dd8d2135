/** Packets that MQTT allows, but that no device sends and that would cost a node too much. */
import { ProtocolFault } from '../link/protocol-fault';

/** @param maxBytes what a CONNECT may have after its length */
export const oversizedConnect = (maxBytes: number): ProtocolFault =>
  new ProtocolFault(
    `the client sent a CONNECT of more than ${maxBytes} bytes`,
    'look at how long its ClientID, username, password and will are, and at how the firmware writes the remaining length',
  );

/** @param packet whose filters are too many */
export const tooManyFilters = (packet: 'SUBSCRIBE' | 'UNSUBSCRIBE', maxFilters: number): ProtocolFault =>
  new ProtocolFault(
    `the client sent a ${packet} of more than ${maxFilters} filters`,
    'let it name the topics that it needs, in several packets where there are many',
  );
