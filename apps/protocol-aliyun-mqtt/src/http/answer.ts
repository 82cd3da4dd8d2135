/**
 * Replies of the HTTPS interface: HTTP 200 also for refusals, the code in the body, members in the order code, data, message,
 * compact, with Content-Length and without chunks. The C SDK 3.0.1 reads at most 255 bytes and wants `code` first; the
 * Link SDK for C 4.x searches the text for `"deviceSecret":"`.
 */
import type { ServerResponse } from 'node:http';

/** Codes of the interface ("Alibaba Cloud IoT documentation, 'Device identity registration'") and their texts. */
export const messages = {
  401: 'request auth error',
  429: 'too many requests',
  460: 'request parameter error',
  500: 'service error',
  5001: 'device not found',
  6100: 'device not found',
  6200: 'auth type mismatch',
  6250: 'product not found',
  6288: 'dynamic registration is off',
  6289: 'device is already active',
  6292: 'signMethod is not supported',
  6600: 'sign check failed',
} as const;

export type ErrorCode = keyof typeof messages;

/** The cause where a name is none: such names go no further, neither to dm.rpc nor into a log. */
export const IMPOSSIBLE_NAMES = 'no device can have such a ProductKey or DeviceName';

/** The code that says why not; the cause is for the log. */
export interface Refused {
  readonly code: ErrorCode;
  readonly cause: string;
  /** It counts against the device and its address: a wrong sign, or a name that a guesser may have tried. */
  readonly isFailure?: boolean;
  /** Not to be logged: a line about it was written already. */
  readonly quiet?: boolean;
}

/** What came of a request: data for 200, or why there is none. */
export type Outcome = { readonly data: object } | Refused;

export const bodyOf = (outcome: Outcome): string =>
  'data' in outcome
    ? `{"code":200,"data":${JSON.stringify(outcome.data)},"message":"success"}`
    : `{"code":${outcome.code},"message":"${messages[outcome.code]}"}`;

export const answer = (response: ServerResponse, outcome: Outcome): void => {
  const body = bodyOf(outcome);
  response.writeHead(200, {
    'Content-Type': 'application/json;charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
};
