/** Replies of the platform to requests of a device. */
import { alinkCodes, type AlinkCode } from './codes';

export interface ReplyOptions {
  /** Raw JSON token of the request's id, such as `"123"` or `123`; `""` (with its quotes) when it had none. */
  readonly idToken: string;
  readonly code: number;
  /** The code's message of {@link alinkCodes} when absent. */
  readonly message?: string;
  /** Method of the request, such as `thing.event.property.post`. */
  readonly method: string;
  /** `{}` when absent. */
  readonly data?: unknown;
}

const SUCCESS = '"success"';

const messageToken = (code: number, message: string | undefined): string =>
  code === 200 && message === undefined
    ? SUCCESS
    : JSON.stringify(message ?? alinkCodes[code as AlinkCode] ?? alinkCodes[400]);

/** Puts a reply together; `methodToken` is the method with its quotes. For a caller that knows it beforehand. */
export const assembleReply = (
  { idToken, code, message, data }: Omit<ReplyOptions, 'method'>,
  methodToken: string,
): string =>
  `{"id":${idToken},"code":${code},"message":${messageToken(code, message)},"version":"1.0","method":${methodToken},"data":${data === undefined ? '{}' : JSON.stringify(data)}}`;

/**
 * Text of a reply: compact, in the order id, code, message, version, method, data, all of them always there. Parsers of
 * devices depend on each of these: the Link SDK for C 4.x searches the first text `"code":` without a blank, the Python
 * SDK fails without `message`, the C SDK 3.x takes no `message` but `success` for a good one.
 */
export const encodeReply = (options: ReplyOptions): string => assembleReply(options, JSON.stringify(options.method));
