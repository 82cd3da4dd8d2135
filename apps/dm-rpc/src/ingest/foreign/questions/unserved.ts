/** What unitedrhino's dm answers and this one cannot yet: devices hear so, and do not wait in vain. */
import { Code, type Handle } from '@alink/contract';
import type { QuestionKind } from '../question-kind';

const unserved = (what: string, handle: Handle, names: Pick<QuestionKind, 'type' | 'method'> = {}): QuestionKind => ({
  handle,
  ...names,
  isSecret: true,
  async answer() {
    return { code: Code.notImplemented, msg: `${what} are not served` };
  },
});

export const gatewayOther = unserved('other messages about sub-devices', 'gateway');
export const appBinding = unserved('bindings of users', 'thing', { type: 'service', method: 'appBindToken' });
