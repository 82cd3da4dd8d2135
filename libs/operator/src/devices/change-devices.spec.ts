import { RpcError } from '@alink/rpc/rpc-error';
import { changeEach } from './change-devices';
import type { ResultStore } from './result-log';

const names = Array.from({ length: 40 }, (_, i) => `n${i}`);
const silent = { note: () => undefined, progress: () => undefined };

test('a few at once', async () => {
  let open = 0;
  let most = 0;
  const seen: string[] = [];
  const change = async (deviceName: string): Promise<void> => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open--;
    seen.push(deviceName);
  };
  const { results, failure } = await changeEach({ productKey: 'p', names }, { done: 'deleted', change }, silent);
  expect(most).toBe(16);
  expect(seen.sort()).toEqual([...names].sort());
  expect(results.map(({ deviceName }) => deviceName)).toEqual(names);
  expect(failure).toBeUndefined();
});

test('what became of each goes into the store, wherever that is, and is read from it by the next run', async () => {
  let kept = '';
  const results: ResultStore = {
    name: 'an upload',
    read: async () => Buffer.from(kept),
    append: async (text) => void (kept += text),
  };
  const notes: string[] = [];
  const reporter = { ...silent, note: (text: string) => void notes.push(text) };
  const refuse = new Set(['b']);
  const change = async (deviceName: string): Promise<void> => {
    if (refuse.has(deviceName)) throw new RpcError(100009, 'no');
  };
  const many = { productKey: 'p', names: ['a', 'b'], results };
  await changeEach(many, { done: 'disabled', change }, reporter);
  expect(kept).toBe('productKey,deviceName,result\np,a,sent\np,b,sent\np,a,disabled\np,b,no\n');
  refuse.clear();
  const again = await changeEach(many, { done: 'disabled', change }, reporter);
  expect(again.results.map(({ result }) => result)).toEqual(['disabled', 'disabled']);
  expect(notes).toEqual(['1 were disabled before: an upload']);
});
