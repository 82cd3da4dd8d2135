import type { HubLogEntry } from '@alink/contract';
import { createLogger } from '@alink/runtime';
import { jest } from '@jest/globals';
import { JournalLines } from './journal-lines';

const log = createLogger({ name: 'test', level: 'silent' });
const entry = (content: string): HubLogEntry => ({
  productID: 'p',
  deviceName: 'd',
  timestamp: 1,
  action: 'publish',
  topic: '',
  requestID: '',
  content,
  resultCode: 500,
  respPayload: '',
});

let isAway: boolean;
/** Contents and ids, as the stream has kept them. */
let kept: [string, string][];
const lines = () =>
  new JournalLines(
    {
      publishKept: async (_subject, data, id) => {
        if (isAway) throw new Error('away');
        const [, content] = /content\\*":\\*"([^"\\]*)/.exec(data.toString())!;
        return kept.push([content!, id!]);
      },
    },
    log,
  );

beforeEach(() => {
  jest.useFakeTimers();
  isAway = true;
  kept = [];
});
afterEach(() => jest.useRealTimers());

const contents = (): string[] => kept.map(([content]) => content);

test('a line that was not kept goes out again, in order, once lines are kept', async () => {
  const sender = lines();
  for (const content of ['one', 'two']) sender.send(entry(content));
  await jest.advanceTimersByTimeAsync(20_000);
  expect(kept).toEqual([]);
  isAway = false;
  sender.send(entry('three'));
  await jest.advanceTimersByTimeAsync(5000);
  expect(contents()).toEqual(['three', 'one', 'two']);
  expect(new Set(kept.map(([, id]) => id)).size).toBe(3);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(kept).toHaveLength(3);
});

test('of a flood the first lines wait', async () => {
  const sender = lines();
  for (let n = 0; n < 1500; n++) sender.send(entry(`line ${n}`));
  await jest.advanceTimersByTimeAsync(0);
  isAway = false;
  await jest.advanceTimersByTimeAsync(5000);
  expect(kept).toHaveLength(1000);
  expect(contents()[0]).toBe('line 0');
});
