/**
 * What is said of a message on its reply subject: by a stream that was given it, and by whoever takes himself for a consumer
 * of one. unitedrhino's event bus "acknowledges" all that it hears, on core NATS too. To a request, or to a publish that
 * waits for a stream, that answers nothing and refuses nothing. Where no stream keeps a subject it is all that can be
 * known: that client says it as soon as it holds the message, before it looks into it.
 */

const ACK = Buffer.from('+ACK');
/** What a consumer tells JetStream of a message (NATS documentation, "JetStream wire API", "Acks"). */
const WORDS = [ACK, ...['-NAK', '+WPI', '+NXT', '+TERM', '+OK'].map((word) => Buffer.from(word))];

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

/** Whether a reply says that its sender holds the message. */
export const isAck = (reply: Uint8Array): boolean => ACK.equals(reply);

/** What a stream says of a message: its place in it, or why it was not taken. */
export type StreamAck = { readonly sequence: number } | { readonly refusal: string };

/** Reads what a stream says (NATS documentation, "JetStream wire API", "Publish acknowledgements"); undefined for anything else. */
export const readStreamAck = (reply: Uint8Array): StreamAck | undefined => {
  const text = Buffer.from(reply.buffer, reply.byteOffset, reply.length).toString('latin1');
  if (text.includes('"error"')) return { refusal: /"description":\s*"([^"]*)"/.exec(text)?.[1] ?? 'no reason given' };
  const sequence = text.includes('"stream"') ? /"seq":\s*(\d+)/.exec(text)?.[1] : undefined;
  return sequence === undefined ? undefined : { sequence: Number(sequence) };
};

/** How a stream says that it has kept a message (ibidem). */
const KEPT = Buffer.from('{"stream":"');

/** Whether it is one of both kinds, and so no answer to a request: a stream may happen to keep what is asked. */
export const isAcknowledgement = (reply: Uint8Array): boolean =>
  isAckWord(reply) || KEPT.equals(reply.subarray(0, KEPT.length));
