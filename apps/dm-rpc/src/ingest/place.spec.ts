import { idOf, type Place } from './place';

const place: Place = { stream: 1_778_593_628_940, sequence: 42, index: 3 };

test('a place is a UUID: the second of the stream, the sequence, the report and its part', () => {
  expect(idOf(place)).toBe('6a032f5c-0000-0000-0000-2a0000300000');
  expect(idOf(place, 5)).toBe('6a032f5c-0000-0000-0000-2a0000300005');
});

test('every place has an id of its own, also the far ones', () => {
  const streams = [0, 1_778_593_628_940, 1_778_593_629_940];
  const sequences = [1, 2, 255, 256, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
  const indexes = [0, 1, 499, 65_536];
  const ids = streams.flatMap((stream) =>
    sequences.flatMap((sequence) =>
      indexes.flatMap((index) => [0, 1, 4000].map((part) => idOf({ stream, sequence, index }, part))),
    ),
  );
  expect(new Set(ids).size).toBe(3 * 7 * 4 * 3);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});
