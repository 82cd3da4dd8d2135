/** The outer JSON object of every Alink message (Alibaba Cloud IoT documentation, "Alink protocol"). */
import { idTokenOf, scanIdToken } from './id-token';
import type { LooseOptions } from './loose-json';
import { readPayloadJson } from './payload-json';
import type { Problem } from './problem';
import { isStorableText } from './storable';

/**
 * Characters in an id. The longest that occurs, the Node SDK's, holds a reply topic of at most 128 bytes; an id goes
 * into keys and indexes behind the node, so there must be an end.
 */
const MAX_ID_LENGTH = 256;

export interface Envelope {
  /** JSON token to echo; `""` when the message has no usable id. */
  readonly idToken: string;
  /** The id as text: a string's characters, a number's digits, empty when there is none. */
  readonly id: string;
  /** The message's members; empty when `fault` is set. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Why nothing could be read. */
  readonly fault?: Problem;
  /** What is odd about it, though it could be read. */
  readonly remarks: readonly Problem[];
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const idText = (token: string): string => (token.startsWith('"') ? (JSON.parse(token) as string) : token);

const checkedId = (idToken: string): { idToken: string; id: string; fault?: Problem } => {
  const id = idText(idToken);
  if (id.length <= MAX_ID_LENGTH && isStorableText(id)) return { idToken, id };
  return {
    idToken: '""',
    id: '',
    fault: {
      code: 460,
      message: `request parameter error: id is longer than ${MAX_ID_LENGTH} characters or no text`,
      step: 'Send a short "id" of digits.',
    },
  };
};

const notAnObject: Problem = {
  code: 460,
  message: 'request parameter error: payload is no JSON object',
  step: 'Send one JSON object with the members id, version, params and method.',
};

/** Reads a payload. Never throws. */
export const readEnvelope = (payload: Buffer, options?: LooseOptions): Envelope => {
  const { value: body, json, text, fault, remarks } = readPayloadJson(payload, options);
  // What stands before the break counts, as it was written or as it was meant.
  if (fault) return { ...checkedId(scanIdToken(text) ?? scanIdToken(json) ?? '""'), body: {}, fault, remarks };
  if (!isRecord(body)) return { idToken: '""', id: '', body: {}, fault: notAnObject, remarks };
  // Without a backslash the text holds no escape: the id stands in it as it is.
  if (typeof body.id === 'string' && body.id.length <= MAX_ID_LENGTH && !json.includes('\\')) {
    return { idToken: `"${body.id}"`, id: body.id, body, remarks };
  }
  return { ...checkedId(idTokenOf(json, body.id)), body, remarks };
};
