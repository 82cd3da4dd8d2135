/** The params of a task in a group of type `queue`: JSON `{"topic","payload"}`. */
import type { QueueMessage } from './queue/job';

/** Tokens of a NATS subject: no blanks, no U+0000, none empty; wildcards only where one listens. */
const PUBLISH_SUBJECT = /^[^\s\0.*>]+(\.[^\s\0.*>]+)*$/;
const LISTEN_SUBJECT = /^([^\s\0.*>]+|\*)(\.([^\s\0.*>]+|\*))*(\.>)?$/;

export const isPublishSubject = (text: string): boolean => text.length <= 255 && PUBLISH_SUBJECT.test(text);
export const isListenSubject = (text: string): boolean =>
  text.length <= 255 && (text === '>' || LISTEN_SUBJECT.test(text));

/** Bytes of a payload in its envelope: a NATS server takes messages of 1 MB, unless it is set otherwise, and drops larger ones. */
const MAX_PAYLOAD_BYTES = 1_000_000;

/** What is wrong with the size of a payload, in words that suit a caller; undefined when nothing is. */
export const payloadFault = (payload: string): string | undefined => {
  // As text in JSON: quotes and control characters grow.
  const bytes = Buffer.byteLength(JSON.stringify(payload));
  return bytes > MAX_PAYLOAD_BYTES
    ? `has ${bytes} bytes as JSON text, more than the ${MAX_PAYLOAD_BYTES} that fit into a message`
    : undefined;
};

/** @throws {SyntaxError} saying what is wrong */
export const parseQueueParams = (params: string): QueueMessage => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(params);
  } catch {
    throw new SyntaxError('not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null) throw new SyntaxError('not a JSON object');
  const { topic, payload = '' } = parsed as { topic?: unknown; payload?: unknown };
  if (typeof topic !== 'string' || !isPublishSubject(topic)) throw new SyntaxError('"topic" is not a NATS subject');
  return { topic, payload: typeof payload === 'string' ? payload : JSON.stringify(payload) };
};
