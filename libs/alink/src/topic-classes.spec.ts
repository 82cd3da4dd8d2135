import { DefinedTopics, filterCovers, firstTopicClasses, topicClassFault, type TopicPermission } from './topic-classes';

test.each([
  ['user/update', 'publish'],
  ['user/get', 'subscribe'],
  ['user/a_1/B/c', 'both'],
  ['user/+/get', 'subscribe'],
  ['user/#', 'subscribe'],
] as const)('%s is a class to %s', (topic, permission) => {
  expect(topicClassFault({ topic, permission })).toBeUndefined();
});

test.each<[string, TopicPermission, string]>([
  ['update', 'publish', 'begin with user/'],
  ['user', 'publish', 'begin with user/'],
  ['', 'publish', 'begin with user/'],
  ['user/', 'publish', 'levels of letters'],
  ['user//a', 'publish', 'levels of letters'],
  ['user/a-b', 'publish', 'levels of letters'],
  ['user/中', 'publish', 'levels of letters'],
  ['user/a+', 'subscribe', 'levels of letters'],
  ['user/#/a', 'subscribe', 'last level'],
  ['user/+', 'publish', 'subscribe alone'],
  ['user/#', 'both', 'subscribe alone'],
  ['user/a/b/c/d/e', 'publish', 'at most 4 slashes'],
  [`user/${'a'.repeat(80)}`, 'publish', 'at most 82 characters'],
])('%s is no class to %s', (topic, permission, fault) => {
  expect(topicClassFault({ topic, permission })).toContain(fault);
});

test('the longest class has room beside the longest names', () => {
  const names = `/${'k'.repeat(11)}/${'n'.repeat(32)}/`;
  const longest = 'user/'.padEnd(128 - names.length, 'a');
  expect(topicClassFault({ topic: longest, permission: 'both' })).toBeUndefined();
  expect(topicClassFault({ topic: `${longest}a`, permission: 'both' })).toContain('characters');
});

test.each([
  ['user/get', 'user/get', true],
  ['user/get', 'user/+', false],
  ['user/+', 'user/+', true],
  ['user/+', 'user/get', true],
  ['user/+', 'user/#', false],
  ['user/+', 'user/a/b', false],
  ['user/#', 'user/#', true],
  ['user/#', 'user/a/+', true],
  ['user/#', '#', false],
  ['user/a/b', 'user/a', false],
])('%s covers %s: %s', (outer, inner, expected) => {
  expect(filterCovers(outer, inner)).toBe(expected);
});

test('the first classes of a product let its devices publish and subscribe what they name, and nothing else', () => {
  const topics = new DefinedTopics(firstTopicClasses);
  expect(['user/update', 'user/update/error', 'user/get', 'user/x'].map((path) => topics.mayPublish(path))).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(['user/get', 'user/update', 'user/+', 'user/#'].map((path) => topics.maySubscribe(path))).toEqual([
    true,
    false,
    false,
    false,
  ]);
  expect(topics.mayReceive('user/get')).toBe(true);
});

test('a class with wildcards lets a device subscribe and receive what it selects', () => {
  const topics = new DefinedTopics([
    { topic: 'user/news/#', permission: 'subscribe' },
    { topic: 'user/both', permission: 'both' },
  ]);
  expect(['user/news/+', 'user/news/a/b', 'user/both'].every((path) => topics.maySubscribe(path))).toBe(true);
  expect(topics.mayReceive('user/news/a/b')).toBe(true);
  expect(topics.mayPublish('user/both')).toBe(true);
  expect(topics.mayPublish('user/news/a')).toBe(false);
});
