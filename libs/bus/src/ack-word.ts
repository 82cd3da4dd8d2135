/**
 * Acknowledgements of JetStream that went astray. A client that takes every message for one of a stream's, as unitedrhino's
 * event bus does, "acknowledges" what it hears on core NATS too: on the reply subject of a request, or of a publish that
 * waits for the stream. And a stream that keeps whatever is published on `device.>`, as unitedrhino's may, acknowledges a
 * command to a device there. None of them answers or refuses anything.
 */

/** What a consumer tells JetStream of a message (NATS documentation, "JetStream wire API", "Acks"). */
const WORDS = ['+ACK', '-NAK', '+WPI', '+NXT', '+TERM', '+OK'].map((word) => Buffer.from(word));

const PLUS = 0x2b;
const MINUS = 0x2d;

/** Whether a reply is a consumer's word, alone or with its argument: `-NAK {"delay":5}`. */
const isAckWord = (reply: Uint8Array): boolean => {
  const [first] = reply;
  if (first !== PLUS && first !== MINUS) return false;
  return WORDS.some((word) => {
    const after = reply[word.length];
    return word.equals(reply.subarray(0, word.length)) && (after === undefined || after === 0x20);
  });
};

/** How a stream says that it has kept a message (NATS documentation, "JetStream wire API", "PubAck"). */
const KEPT = Buffer.from('{"stream":"');

/** Whether it is one of both kinds, and so no answer to a request. */
export const isAcknowledgement = (reply: Uint8Array): boolean =>
  isAckWord(reply) || KEPT.equals(reply.subarray(0, KEPT.length));
