import { connectionTopics, mayPublish, mayReceive, maySubscribe } from './access';
import { downRequests } from './direction';
import { topicsOf } from './topics-of';

const self = { productKey: 'a1X', deviceName: 'd.1:x@y' };
const other = { productKey: 'a1X', deviceName: 'd2' };
const listed = topicsOf(self);

describe('what is listed is granted, in that direction and to that device', () => {
  test.each(listed)('$direction $topic', ({ topic, direction }) => {
    expect(mayPublish(self, topic)).toBe(direction !== 'down');
    expect(mayReceive(self, topic)).toBe(direction !== 'up');
    if (direction !== 'up') expect(maySubscribe(self, topic)).toEqual({ granted: true });
    expect(mayPublish(other, topic)).toBe(false);
  });
});

test('an answer goes the other way than its request', () => {
  const directions = new Map(listed.map(({ topic, direction }) => [topic, direction]));
  const answers = listed.filter(({ topic }) => topic.endsWith('_reply'));
  expect(answers.length).toBeGreaterThan(40);
  for (const { topic, direction } of answers) {
    expect([direction, directions.get(topic.slice(0, -'_reply'.length))].sort()).toEqual(['down', 'up']);
  }
});

test('each topic is listed once, with a meaning, and custom ones are among them', () => {
  expect(new Set(listed.map(({ topic }) => topic)).size).toBe(listed.length);
  for (const { meaning } of listed) expect(meaning).toMatch(/\w/);
  expect(listed.at(-1)).toEqual({
    topic: '/a1X/d.1:x@y/user/{topic}',
    direction: 'both',
    meaning: 'custom: whatever you like',
  });
  expect(listed).toContainEqual({
    topic: '/sys/a1X/d.1:x@y/thing/event/{event}/post',
    direction: 'up',
    meaning: 'report an event',
  });
});

test('every request of the platform and every topic of a connection that the rules name is listed', () => {
  const down = listed.filter(({ direction }) => direction === 'down').map(({ topic }) => topic);
  expect(down).toEqual(expect.arrayContaining([...downRequests].map((path) => `/sys/a1X/d.1:x@y/${path}`)));
  expect(down).toEqual(expect.arrayContaining([...connectionTopics]));
});
