/**
 * The form of the shadow's messages: neither id nor code, but a status, in which an error has its code as text; times are in
 * seconds. Source: Alibaba Cloud IoT documentation, "Device shadow".
 */
import { alinkCodes, type AlinkCode } from '../codes';
import { isRecord } from '../envelope';
import { readPayloadJson } from '../payload-json';
import type { Problem } from '../problem';
import type { Reply, ShadowDocument } from '../questions';
import { isStorableText } from '../storable';
import type { Body, Reading } from './body';

export type ShadowRequest = Readonly<Record<string, unknown>>;

const MAX_TOKEN = 256;
/** How a request without a token is marked. */
const NO_TOKEN = '""';

const noObject: Problem = {
  code: 400,
  message: 'the request is no JSON object',
  step: 'Send one JSON object, as in {"method":"get"}.',
};

/** The C SDK 3.x puts a token of its own into each request, and knows its reply by it (`shadow_update.c`). */
const tokenOf = ({ clientToken }: ShadowRequest): string =>
  typeof clientToken === 'string' && clientToken.length <= MAX_TOKEN && isStorableText(clientToken)
    ? JSON.stringify(clientToken)
    : NO_TOKEN;

const read = (payload: Buffer): Reading<ShadowRequest> => {
  // `IOT_Shadow_DeleteAttribute` of the C SDK 3.x writes `{"method":"delete",,"state":..`.
  const { value, fault, remarks } = readPayloadJson(payload, { doubledCommas: true });
  const request = isRecord(value) ? value : {};
  const problem = fault ? { ...fault, code: 400 } : isRecord(value) ? undefined : noObject;
  return { content: request, id: '', idToken: tokenOf(request), wantsReply: true, fault: problem, remarks };
};

const secondsOf = (now: number): number => Math.floor(now / 1000);

const isDocument = (data: Reply['data']): boolean => isRecord(data) && isRecord(data.state);

/**
 * A whole document: version and time stand before it, since the Link SDK for C 4.x takes the first text `"version":` that it
 * finds for the shadow's, and a device may have an attribute of that name.
 */
const withDocument = (
  method: 'reply' | 'control',
  { version, state, metadata }: ShadowDocument,
  now: number,
): object => ({
  method,
  version,
  timestamp: secondsOf(now),
  payload: { status: 'success', state, metadata },
});

const outcomeOf = ({ code, message, data }: Reply): object =>
  code === 200
    ? { status: 'success', ...(data as object | undefined) }
    : {
        status: 'error',
        content: { errorcode: String(code), errormessage: message ?? alinkCodes[code as AlinkCode] ?? alinkCodes[400] },
      };

const replyOf = (reply: Reply, now: number): object =>
  reply.code === 200 && isDocument(reply.data)
    ? withDocument('reply', reply.data as unknown as ShadowDocument, now)
    : { method: 'reply', payload: outcomeOf(reply), timestamp: secondsOf(now) };

export const shadowBody: Body<ShadowRequest> = {
  name: 'JSON',
  read,
  write: (reply, token, _methodToken, now) => {
    const said = replyOf(reply, now);
    return JSON.stringify(token === NO_TOKEN ? said : { ...said, clientToken: JSON.parse(token) as string });
  },
  hasCodes: true,
};

/** What a device hears when an application has changed what it shall be. @param now unix milliseconds */
export const encodeShadowControl = (document: ShadowDocument, now: number): string =>
  JSON.stringify(withDocument('control', document, now));
