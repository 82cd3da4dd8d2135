/** Bytes that mean nothing to the platform. */
import type { Body } from './body';

export const raw: Body<Buffer> = {
  name: 'bytes',
  read: (payload) => ({ content: payload, id: '', idToken: '""', wantsReply: false }),
  hasCodes: false,
};
