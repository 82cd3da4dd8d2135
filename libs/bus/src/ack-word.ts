/**
 * Acknowledgements of JetStream that went astray. A client that takes every message for one of a stream's, as unitedrhino's
 * event bus does, "acknowledges" what it hears on core NATS too: on the reply subject of a request, or of a publish that
 * waits for the stream. It answers nothing and refuses nothing.
 */

/** What a consumer tells JetStream of a message (NATS documentation, "JetStream wire API", "Acks"). */
const WORDS = ['+ACK', '-NAK', '+WPI', '+NXT', '+TERM', '+OK'].map((word) => Buffer.from(word));

const PLUS = 0x2b;
const MINUS = 0x2d;

/** Whether a reply is such a word, alone or with its argument: `-NAK {"delay":5}`. */
export const isAckWord = (reply: Uint8Array): boolean => {
  const [first] = reply;
  if (first !== PLUS && first !== MINUS) return false;
  return WORDS.some((word) => {
    const after = reply[word.length];
    return word.equals(reply.subarray(0, word.length)) && (after === undefined || after === 0x20);
  });
};
