/** What the node answers alone. */
import type { Question, QuestionKind, Reply, TimeAnswer } from '@alink/alink';
import type { Clock } from '@alink/runtime';
import type { Answerer } from './requests';

export class LocalAnswers implements Answerer {
  private readonly answers: { readonly [kind in QuestionKind]?: () => Reply };

  constructor(clock: Clock) {
    this.answers = {
      time: () => {
        const now = clock.now();
        return { code: 200, data: { receivedAt: now, sentAt: now } satisfies TimeAnswer };
      },
    };
  }

  knows({ kind }: Question): boolean {
    return kind in this.answers;
  }

  async ask({ kind }: Question): Promise<Reply> {
    return this.answers[kind]!();
  }
}
