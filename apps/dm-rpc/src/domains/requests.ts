/** `alink.Requests`: what devices ask and nodes cannot answer by themselves. */
import type { Question, Reply } from '@alink/alink';
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import type { DmContext } from '../context';
import { deviceKey } from '../device-core';
import { badParameter } from '../wire/errors';
import type { RequestOf } from '../wire/messages';
import { fits, isObject } from '../wire/shape';
import type { Answerer, Answerers, Asked } from './answerer';
import { desiredAnswerers } from './desired/request';
import { jobAnswerers } from './jobs/request';
import { configurationAnswerers } from './config/request';
import { deviceLogAnswerers } from './device-log/request';
import { shadowAnswerers } from './shadow/request';
import { tagAnswerers } from './tags/request';
import { topologyAnswerers } from './topology/request';

/** Every domain that answers questions: a new one is a line here. */
const allAnswerers = (context: DmContext): Answerers => ({
  ...desiredAnswerers(context),
  ...shadowAnswerers(context),
  ...tagAnswerers(context),
  ...jobAnswerers(context),
  ...configurationAnswerers(context),
  ...deviceLogAnswerers(context),
  ...topologyAnswerers(context),
});

type DeviceQuestion = RequestOf<typeof services.requests, 'ask'>['questions'][number];

const MAX_QUESTIONS = 1000;

const SERVICE_ERROR: Reply = { code: 500 };
const WRONG_QUESTION: Reply = { code: 460 };

/** The questions by their place, in rounds of which none holds two of one device: those are answered in their order. */
const roundsOf = (questions: readonly DeviceQuestion[]): number[][] => {
  const rounds: number[][] = [];
  const asked = new Map<string, number>();
  questions.forEach((question, place) => {
    const device = deviceKey(question);
    const round = asked.get(device) ?? 0;
    asked.set(device, round + 1);
    (rounds[round] ??= []).push(place);
  });
  return rounds;
};

/** Places by the kind of their question, so that each kind is answered once. */
const byKind = (places: readonly number[], questions: readonly DeviceQuestion[]): ReadonlyMap<string, number[]> => {
  const kinds = new Map<string, number[]>();
  for (const place of places) {
    const { kind } = questions[place]!;
    kinds.set(kind, [...(kinds.get(kind) ?? []), place]);
  }
  return kinds;
};

/** @returns undefined for a body that is no JSON object */
const readQuestion = ({ productID, deviceName, kind, body }: DeviceQuestion): Asked | undefined => {
  try {
    const members: unknown = JSON.parse(body || '{}');
    if (!isObject(members)) return undefined;
    return { device: { productID, deviceName }, question: { ...members, kind } as Question };
  } catch {
    return undefined;
  }
};

/** @returns the replies in the order of the questions, which are all of this kind and of different devices */
const answerKind = async (
  answerer: Answerer<Question> | undefined,
  kind: string,
  questions: readonly DeviceQuestion[],
  log: Logger,
): Promise<readonly Reply[]> => {
  if (!answerer) {
    log.warn({ kind, questions: questions.length }, 'nobody answers questions of this kind; is dm older than a node?');
    return questions.map(() => SERVICE_ERROR);
  }
  const read = questions.map(readQuestion);
  const isRight = (asked: Asked | undefined): asked is Asked =>
    asked !== undefined && fits(answerer.needs, asked.question);
  const asked = read.filter(isRight);
  try {
    const answered = asked.length > 0 ? await answerer.answer(asked) : [];
    let next = 0;
    return read.map((question) => (isRight(question) ? answered[next++]! : WRONG_QUESTION));
  } catch (err) {
    // Others may have been answered already, and what they changed stands: so it is no fault of the call as a whole.
    log.error({ err, kind, questions: questions.length }, 'questions could not be answered');
    return questions.map(() => answerer.failed ?? SERVICE_ERROR);
  }
};

/** On the wire. One that cannot be written is a fault of its own, and not of the others that are asked with it. */
const written = ({ code, message = '', data }: Reply, { kind, productID, deviceName }: DeviceQuestion, log: Logger) => {
  try {
    return { code, message, data: data === undefined ? '' : JSON.stringify(data) };
  } catch (err) {
    log.error({ err, kind, productID, deviceName }, 'a reply could not be written');
    return { code: SERVICE_ERROR.code, message: '', data: '' };
  }
};

export const requests = (context: DmContext): Handlers<typeof services.requests> => {
  const answerers = new Map(Object.entries(allAnswerers(context)) as [string, Answerer<Question>][]);

  return {
    async ask({ questions }) {
      if (questions.length > MAX_QUESTIONS)
        throw badParameter('questions', `must have at most ${MAX_QUESTIONS} entries`);
      const replies: Reply[] = [];
      for (const round of roundsOf(questions)) {
        const kinds = [...byKind(round, questions)];
        await Promise.all(
          kinds.map(async ([kind, places]) => {
            const ofKind = places.map((place) => questions[place]!);
            const answered = await answerKind(answerers.get(kind), kind, ofKind, context.log);
            places.forEach((place, at) => (replies[place] = answered[at]!));
          }),
        );
      }
      return { replies: replies.map((reply, place) => written(reply, questions[place]!, context.log)) };
    },
  };
};
