import { filterMatches, isValidFilter, isValidTopic } from '@alink/topic';
import { seededRandom } from '@alink/testing';
import { Wildcards } from './wildcards';

test('filters and topics at random are selected as the rules of MQTT say', () => {
  const random = seededRandom(10);
  const levels = ['', 'a', 'b', '$x', '/', '+', '+', '#'];
  const text = (): string =>
    [...random.bytes(1 + (random.bytes(1)[0]! % 4))].map((byte) => levels[byte % levels.length]!).join('/');
  const held = new Set<string>();
  const wildcards = new Wildcards();
  let selected = 0;
  for (let turn = 0; turn < 20_000; turn++) {
    const filter = text();
    if (isValidFilter(filter) && /[+#]/.test(filter)) {
      if (held.size < 3) wildcards.add(filter);
      else wildcards.remove(filter);
      if (held.size < 3) held.add(filter);
      else held.delete(filter);
    }
    if (turn % 50 === 49) for (const one of held) wildcards.remove(one);
    if (turn % 50 === 49) held.clear();
    const topic = text();
    if (!isValidTopic(topic)) continue;
    const expected = [...held].some((one) => filterMatches(one, topic));
    selected += Number(expected);
    expect([topic, ...held, wildcards.select(topic)]).toEqual([topic, ...held, expected]);
  }
  expect(selected).toBeGreaterThan(500);
});

test('filters without wildcards are not its business', () => {
  const wildcards = new Wildcards();
  wildcards.add('a/b');
  expect(wildcards.select('a/b')).toBe(false);
});

test('filters have as many levels as fit', () => {
  const wildcards = new Wildcards();
  const filter = `${'/'.repeat(500)}+`;
  wildcards.add(filter);
  expect([wildcards.select(`${'/'.repeat(500)}a`), wildcards.select('/a')]).toEqual([true, false]);
  wildcards.remove(filter);
  expect(wildcards.select(`${'/'.repeat(500)}a`)).toBe(false);
});
