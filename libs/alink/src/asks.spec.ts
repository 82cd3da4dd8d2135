import { readFileSync } from 'node:fs';
import { compileModel } from '@alink/thing-model';
import type { TopicScope } from '@alink/topic';
import { publish } from '../test/publish';
import type { Question, Reply } from './questions';

interface Case {
  readonly name: string;
  readonly source: string;
  readonly scope?: TopicScope;
  readonly path: string;
  readonly payload: string;
  /** Of the thing model, whole numbers all; absent: it has none. */
  readonly properties?: readonly string[];
  /** Codes of the problems. */
  readonly problems?: readonly number[];
  /** Absent where the device is answered at once. */
  readonly question?: Question;
  readonly answer?: Reply;
  readonly replyTopic?: string;
  /** The reply's text; absent where the device wants none. */
  readonly reply?: string;
}

const casesOf = (file: string): readonly Case[] => {
  const url = new URL(`../../testing/vectors/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { cases: readonly Case[] }).cases;
};

const cases = [...casesOf('alink-asks.json'), ...casesOf('sub-devices.json')];

const modelOf = (identifiers: readonly string[]) => {
  const properties = identifiers.map((identifier) => ({
    kind: 'property' as const,
    identifier,
    name: identifier,
    desc: '',
    accessMode: 'rw' as const,
    required: false,
    dataType: { type: 'int' as const },
  }));
  return compileModel({ properties, events: [], services: [] }, 'weak');
};

test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
  const { scope, path, payload, properties, question, answer, problems = [], replyTopic, reply } = vector;
  const outcome = publish({ scope, path, model: properties && modelOf(properties) }, payload)!;
  expect(outcome.problems.map(({ code }) => code)).toEqual(problems);
  for (const { message, step } of outcome.problems) {
    expect(message).not.toMatch(/["{}\\]/);
    expect(step).toMatch(/^[A-Z].*\.$/);
  }
  expect(outcome.message).toBeUndefined();
  expect(outcome.ask?.question).toEqual(question);
  if (outcome.ask) expect(outcome.reply).toBeUndefined();
  const told = outcome.ask ? outcome.ask.told(answer!) : outcome.reply;
  expect(told?.payload).toBe(reply);
  expect(told?.topic).toBe(reply === undefined ? undefined : replyTopic);
});
