import { createHash } from 'node:crypto';
import { filterMatches, isValidFilter, isValidTopic } from './topic-filter';

describe('filterMatches', () => {
  // MQTT 3.1.1, sections 4.7.1 to 4.7.3, and their examples.
  test.each([
    ['a/b', 'a/b', true],
    ['a/b', 'a/b/c', false],
    ['a/b/c', 'a/b', false],
    ['a/b', 'a/bc', false],
    ['a/b', 'A/b', false],
    ['sport/tennis/player1/#', 'sport/tennis/player1', true],
    ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
    ['sport/tennis/player1/#', 'sport/tennis/player10', false],
    ['#', 'a', true],
    ['#', '/', true],
    ['sport/#', 'sport', true],
    ['sport/+', 'sport', false],
    ['sport/+', 'sport/', true],
    ['sport/+/x', 'sport//x', true],
    ['+', 'finance', true],
    ['+', '/finance', false],
    ['/+', '/finance', true],
    ['+/+', '/finance', true],
    ['+/+', 'a/b/c', false],
    ['a/+', 'a/b/c', false],
    ['a/+/#', 'a', false],
    ['a/+/#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/monitor', '$SYS/monitor', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/$b/+', 'a/$b/c', true],
    ['/sys/pk/dn/thing/service/+', '/sys/pk/dn/thing/service/property/set', false],
    ['/sys/pk/dn/thing/event/+/post_reply', '/sys/pk/dn/thing/event/property/post_reply', true],
  ])('%s selects %s: %s', (filter, topic, expected) => {
    expect(filterMatches(filter, topic)).toBe(expected);
  });

  /** The rules again, written for clarity and not for speed. */
  const reference = (filter: string[], topic: string[]): boolean => {
    if (filter[0] === '#') return true;
    if (filter.length === 0 || topic.length === 0) return filter.length === topic.length;
    return (filter[0] === '+' || filter[0] === topic[0]) && reference(filter.slice(1), topic.slice(1));
  };

  test('20000 random pairs agree with the rules', () => {
    const levels = ['', 'a', 'b', 'ab', 'é'];
    const tape = createHash('shake256', { outputLength: 20_000 * 8 })
      .update('filters')
      .digest();
    let matches = 0;
    for (let start = 0; start < tape.length; start += 8) {
      const bytes = [...tape.subarray(start, start + 8)];
      const topic = bytes.slice(1, 2 + (bytes[0]! % 3)).map((byte) => levels[byte % levels.length]!);
      const filter = bytes
        .slice(4, 5 + (bytes[0]! % 4))
        .map((byte) => (byte < 90 ? '+' : levels[byte % levels.length]!));
      if (bytes[1]! < 60) filter[filter.length - 1] = '#';
      if (topic.join('/') === '') continue;
      const expected = reference(filter, topic);
      matches += Number(expected);
      expect([filter.join('/'), topic.join('/'), filterMatches(filter.join('/'), topic.join('/'))]).toEqual([
        filter.join('/'),
        topic.join('/'),
        expected,
      ]);
    }
    expect(matches).toBeGreaterThan(1000);
  });
});

describe('validity', () => {
  test.each(['a', '/', 'a//b', '+', '#', '+/+', 'a/+/#', '/sys/pk/dn/#', '$share/g/a', 'é/+'])(
    'filter %s',
    (filter) => {
      expect(isValidFilter(filter)).toBe(true);
    },
  );
  test.each(['', 'a#', 'a/#/b', '#/a', 'a+', '+a/b', 'a/b+', '##', '++', 'a\0b'])('no filter: %j', (filter) => {
    expect(isValidFilter(filter)).toBe(false);
  });
  test.each(['a', '/', 'a//b', ' ', 'é'])('topic %s', (topic) => {
    expect(isValidTopic(topic)).toBe(true);
  });
  test.each(['', '+', 'a/#', 'a+b', 'a\0'])('no topic: %j', (topic) => {
    expect(isValidTopic(topic)).toBe(false);
  });
  test('65535 bytes are the limit', () => {
    for (const check of [isValidTopic, isValidFilter]) {
      expect(check('é'.repeat(32_767))).toBe(true);
      expect(check('é'.repeat(32_768))).toBe(false);
    }
  });
});
