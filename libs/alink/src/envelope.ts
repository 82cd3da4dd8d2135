/** The outer JSON object of every Alink message (Alibaba Cloud IoT documentation, "Alink protocol"). */
import { idTokenOf, scanIdToken } from './id-token';
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
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Parses JSON; returns undefined for anything else. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Firmware in C sends the end of its string, editors a byte order mark: neither is a reason to lose a report. */
const withoutFrame = (text: string): string => {
  let end = text.length;
  while (end > 0 && text[end - 1] === '\0') end--;
  return text.slice(text.startsWith('\uFEFF') ? 1 : 0, end);
};

const idText = (token: string): string => (token.startsWith('"') ? (JSON.parse(token) as string) : token);

const notJson = (text: string): Envelope => {
  const idToken = scanIdToken(text) ?? '""';
  return {
    ...checkedId(idToken),
    body: {},
    fault: {
      code: 6207,
      message: 'payload is not JSON',
      step: 'Send one JSON object; check its quotes and commas, and that the end of the text is not cut off.',
    },
  };
};

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

/** Makes JSON of a text that is none, where it knows the mistake. */
export type Mend = (text: string) => string;

/** The value that a text holds, and the text that it was found in; the value is undefined when there is none. */
export const parseFramedJson = (text: string, mend?: Mend): { readonly text: string; readonly value: unknown } => {
  const value = parseJson(text);
  if (value !== undefined) return { text, value };
  const inner = withoutFrame(text);
  const innerValue = parseJson(inner);
  if (innerValue !== undefined || !mend) return { text: inner, value: innerValue };
  const mended = mend(inner);
  return { text: mended, value: parseJson(mended) };
};

/** Reads a payload. Never throws. */
export const readEnvelope = (payload: Buffer, mend?: Mend): Envelope => {
  const { text, value: body } = parseFramedJson(payload.toString('utf8'), mend);
  if (body === undefined) return notJson(text);
  if (!isRecord(body)) {
    return {
      idToken: '""',
      id: '',
      body: {},
      fault: {
        code: 460,
        message: 'request parameter error: payload is no JSON object',
        step: 'Send one JSON object with the members id, version, params and method.',
      },
    };
  }
  // Without a backslash the text holds no escape: the id stands in it as it is.
  if (typeof body.id === 'string' && body.id.length <= MAX_ID_LENGTH && !text.includes('\\')) {
    return { idToken: `"${body.id}"`, id: body.id, body };
  }
  return { ...checkedId(idTokenOf(text, body.id)), body };
};
