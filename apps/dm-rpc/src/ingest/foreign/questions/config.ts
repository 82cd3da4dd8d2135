/** A device asks for its configuration. There is none here yet: it is empty, as unitedrhino has it of a product without one. */
import { Code } from '@alink/contract';
import type { QuestionKind } from '../question-kind';

export const config: QuestionKind = {
  handle: 'config',
  type: 'get',
  answeredAs: 'reply',
  async answer() {
    return { code: Code.ok, data: '' };
  },
};
