/** Replies of the platform to requests of a device. */
import type { Json } from '@alink/thing-model';
import { alinkCodes, type AlinkCode } from './codes';
import type { Reply } from './questions';

const SUCCESS = '"success"';

const messageToken = (code: number, message: string | undefined): string =>
  code === 200 && message === undefined
    ? SUCCESS
    : JSON.stringify(message ?? alinkCodes[code as AlinkCode] ?? alinkCodes[400]);

/** A text in JSON, its quotes included. */
const TEXT = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
/** Escapes, of which one is that of a quote, and braces. */
const ESCAPE_OR_BRACE = /\\.|[{}]/g;

/** How a search for members and braces passes over them. */
const escapes: Readonly<Record<string, string>> = { '\\"': '\\u0022', '{': '\\u007b', '}': '\\u007d' };

/**
 * JSON that means the same, and in which neither a brace nor a quote stands inside a text: the Link SDK for C 4.x counts
 * braces without regard to texts, and knows no escapes (`core_json_value`).
 */
const searchable = (json: string): string =>
  json.replace(TEXT, (text) => text.replace(ESCAPE_OR_BRACE, (found) => escapes[found] ?? found));

const dataToken = (data: Json | undefined): string => (data === undefined ? '{}' : searchable(JSON.stringify(data)));

/**
 * Text of a reply: compact, in the order id, code, message, version, method, data, all of them always there. Parsers of
 * devices depend on each of these: the Link SDK for C 4.x searches the first text `"code":` without a blank, the Python
 * SDK fails without `message`, the C SDK 3.x takes no `message` but `success` for a good one.
 * @param reply its data are `{}` when absent
 * @param idToken raw JSON token of the request's id, such as `"123"` or `123`; `""` (with its quotes) when it had none
 * @param methodToken method of the request as JSON, such as `"thing.event.property.post"`
 */
export const encodeReply = ({ code, message, data }: Reply, idToken: string, methodToken: string): string =>
  `{"id":${idToken},"code":${code},"message":${messageToken(code, message)},"version":"1.0","method":${methodToken},"data":${dataToken(data)}}`;
