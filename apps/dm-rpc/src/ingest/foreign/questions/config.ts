/** A device asks for its configuration: its own, else its product's; empty where there is none, as unitedrhino has it. */
import { Code } from '@alink/contract';
import { configurationsOf, contentsOf } from '../../../domains/config/store';
import type { QuestionKind } from '../question-kind';

export const config: QuestionKind = {
  handle: 'config',
  type: 'get',
  answeredAs: 'reply',
  async answer({ device }, { prisma }) {
    const [configured] = await configurationsOf(prisma, [device]);
    const version = configured?.isServed ? (configured.own ?? configured.shared) : undefined;
    const texts = await contentsOf(prisma, version ? [version.id] : []);
    return { code: Code.ok, data: (version && texts.get(version.id)) ?? '' };
  },
};
