/**
 * The form of the shadow's replies: neither id nor code, but a status, in which an error has its code as text. Source:
 * Alibaba Cloud IoT documentation, "Device shadow".
 */
import { alinkCodes, type AlinkCode } from '../codes';
import type { Reply } from '../questions';
import type { Body } from './body';

const payloadOf = ({ code, message }: Reply): object =>
  code === 200
    ? { status: 'success' }
    : {
        status: 'error',
        content: { errorcode: String(code), errormessage: message ?? alinkCodes[code as AlinkCode] ?? alinkCodes[400] },
      };

/** A request whose content nobody reads yet; `timestamp` of the reply is in seconds. */
export const shadowBody: Body<unknown> = {
  name: 'JSON',
  read: (payload) => ({ content: payload, id: '', idToken: '""', wantsReply: true }),
  write: (reply, _idToken, _methodToken, now) =>
    JSON.stringify({ method: 'reply', payload: payloadOf(reply), timestamp: Math.floor(now / 1000) }),
  hasCodes: true,
};
