import { Pulse } from './pulse';

test('whoever asks while a ping is under way is answered by the next', async () => {
  const pings: (() => void)[] = [];
  const pulse = new Pulse({ flush: () => new Promise<void>((resolve) => pings.push(resolve)) });
  pulse.feel();
  const later = performance.now();
  pulse.feel();
  pulse.feel();
  pings[0]!();
  await new Promise(setImmediate);
  expect(pings).toHaveLength(2);
  expect(pulse.hasBeatSince(later)).toBe(false);
  pings[1]!();
  await new Promise(setImmediate);
  expect(pulse.hasBeatSince(later)).toBe(true);
  expect(pings).toHaveLength(2);
});
