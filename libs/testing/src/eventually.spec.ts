import { eventually } from './eventually';

test('gives what the check returns once it passes', async () => {
  let calls = 0;
  const check = () => {
    if (++calls < 4) throw new Error('not yet');
    return 'done';
  };
  expect(await eventually(check, { intervalMs: 1 })).toBe('done');
  expect(calls).toBe(4);
});

test('throws what the check threw last', async () => {
  let calls = 0;
  const check = async () => Promise.reject(new Error(`failure ${++calls}`));
  const thrown = eventually(check, { timeoutMs: 20, intervalMs: 5 }).catch((error: Error) => error.message);
  expect(await thrown).toBe(`failure ${calls}`);
});
