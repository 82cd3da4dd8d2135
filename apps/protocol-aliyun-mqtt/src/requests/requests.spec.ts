import type { Question, Reply } from '@alink/alink';
import { createLogger } from '@alink/runtime';
import { admitted } from '../../test/admitted';
import { FakeLink } from '../../test/fake-link';
import { NotServedByDm } from '../directory/records';
import { LinkSessions } from '../session/link-sessions';
import type { Session } from '../session/session';
import { LocalAnswers } from './local-answers';
import { RequestRate } from './request-rate';
import { Requests, type Answerer, type SessionAnswerer } from './requests';

const lines: string[] = [];
const log = createLogger({ name: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } });
const sessionOf = async (deviceName: string): Promise<Session> =>
  new LinkSessions(new FakeLink(), await admitted(deviceName), () => undefined).owner;
let of: Session;
beforeAll(async () => {
  of = await sessionOf('dev1');
});
const saying = (message: string): Answerer => ({ ask: async () => ({ code: 200, message }) });
const tags: Question = { kind: 'tags.get', keys: ['a'] };

/** Knows only who is logged in. */
const gateways: SessionAnswerer = {
  knows: ({ kind }) => kind === 'topology.get',
  ask: async (_question, { deviceName }) => ({ code: 200, message: deviceName }),
};
const local = new LocalAnswers({ now: () => 5 });
const requestsWith = (dm: Answerer = saying('dm'), rate = new RequestRate({ now: () => 5 })): Requests =>
  new Requests({ local, gateways, dm, rate, log });

test('the time is answered here', async () => {
  expect(await requestsWith().ask({ kind: 'time' }, of)).toEqual({ code: 200, data: { receivedAt: 5, sentAt: 5 } });
});

test('what a gateway device asks about its sub-devices is answered by its session', async () => {
  expect(await requestsWith().ask({ kind: 'topology.get' }, of)).toMatchObject({ message: 'dev1' });
});

test('everything else is asked of the dm that there is', async () => {
  expect(await requestsWith().ask(tags, of)).toMatchObject({ message: 'dm' });
});

test('a question of a kind that the dm does not serve is refused with its words', async () => {
  const lacking: Answerer = { ask: (): Promise<Reply> => Promise.reject(new NotServedByDm('no jobs here')) };
  expect(await requestsWith(lacking).ask({ kind: 'jobs.list' }, of)).toEqual({ code: 6831, message: 'no jobs here' });
});

test('a question that nobody answers is a "service error", and a line that names the device and the kind', async () => {
  const away: Answerer = { ask: (): Promise<Reply> => Promise.reject(new Error('dm.rpc is away')) };
  expect(await requestsWith(away).ask(tags, of)).toEqual({ code: 500 });
  expect(lines.join('')).toMatch(/"deviceName":"dev1","kind":"tags.get"/);
});

test('a device asks 20 things of its shadow within a second, and others as often as it likes', async () => {
  let now = 1000;
  const requests = requestsWith(saying('dm'), new RequestRate({ now: () => now }));
  const ask = async (question: Question, times: number, device = of) => {
    const replies = await Promise.all(Array.from({ length: times }, () => requests.ask(question, device)));
    return replies.filter(({ code }) => code === 429).length;
  };
  const get: Question = { kind: 'shadow.get' };
  expect(await ask(get, 21)).toBe(1);
  expect(await ask({ kind: 'shadow.delete', version: 1 }, 1)).toBe(1);
  expect(await ask(get, 20, await sessionOf('dev2'))).toBe(0);
  expect(await ask(tags, 50)).toBe(0);
  now = 3000;
  expect(await ask(get, 20)).toBe(0);
});
