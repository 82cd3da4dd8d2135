// Every topic that docs/alink.md offers is named by a test, and what it does not offer is known not to be.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Tests that hold topics as names alone: who may use them, how they are taken apart, what they are called. */
const namesAlone =
  /(?:access|topics-of|catalogue|route-table|device-topic|build-topic|topic-filter|log-action)\.spec\.ts$/;

const filesIn = (folder) =>
  readdirSync(join(root, folder), { recursive: true }).map((name) => join(root, folder, name));

/** What tests send and expect: the code of specs, and the vectors that they read. */
const texts = ['apps', 'libs']
  .flatMap(filesIn)
  .filter((file) => !file.includes('node_modules') && /\.spec\.ts$|testing\/vectors\/.*\.json$/.test(file))
  .filter((file) => !namesAlone.test(file))
  .map((file) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, ''));

/** The catalogue as names: of each route its topics, and why it is not offered. */
const routes = () => {
  const script = `import { loadCatalogue } from './tools/alink-catalogue.mjs';
    const { catalogue, topicsOfRoute } = await loadCatalogue();
    const names = { productKey: '{pk}', deviceName: '{dn}' };
    console.log(JSON.stringify(catalogue.filter(({ topic }) => topic.listed !== false).map((route) => ({
      notOffered: route.notOffered,
      takesAnswer: route.answer !== undefined,
      topics: topicsOfRoute(route, names).map(({ topic }) => topic),
    }))));`;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
};

/** What one level may be in a test: a name, a placeholder, a variable. */
const LEVEL = '[^\\s\'"`/]+';
const SYS = '/sys/{pk}/{dn}/';

/** A topic as tests write it: below /sys also without the names, elsewhere with one variable for both of them. */
const patternOf = (topic) => {
  const relative = topic.startsWith(SYS) ? topic.slice(SYS.length) : topic;
  const escaped = relative.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  const written = escaped.replace('{pk}/{dn}', '[^\\s\'"`]+').replace(/\{\w+\}/g, LEVEL);
  return new RegExp(`(?<![\\w-])${written}(?=['"\`?\\s\\\\]|$)`, 'm');
};
const isNamed = (topic) => texts.some((text) => patternOf(topic).test(text));

/** Why something is not offered, by what its topic holds. */
const known = {
  'upgrades, files and raw data come after that': [/\/ota\//, /\/thing\/file\//, /\/thing\/model\/(?:up|down)_raw$/],
  'services of Alibaba’s own': [
    /\/secure_tunnel\//,
    /\/edge\/debug\/switch$/,
    /\/thing\/(?:awss|lan|cipher)\//,
    /\/thing\/model\/config\/push$/,
    /\/thing\/bootstrap\/config\/push$/,
    /\/_thing\/(?:service|event)\//,
  ],
};

const all = routes();
const offered = all.filter(({ notOffered }) => !notOffered);
const others = all.filter(({ notOffered }) => notOffered);

test.each(offered.map(({ topics, takesAnswer }) => [topics[0], topics, takesAnswer]))(
  '%s is named by a test',
  (_own, [own, answer], takesAnswer) => {
    const wanted = takesAnswer && answer ? [own, answer] : [own];
    expect(wanted.filter((topic) => !isNamed(topic))).toEqual([]);
  },
);

test('what is not offered has a reason, and is one of those that are known', () => {
  const patterns = Object.values(known).flat();
  for (const { notOffered, topics } of others) {
    expect(notOffered).toMatch(/\w+ \w+/);
    expect([topics[0], patterns.some((pattern) => pattern.test(topics[0]))]).toEqual([topics[0], true]);
  }
});

test('a topic that no test names is noticed', () => {
  expect(isNamed(`${SYS}thing/event/property/post`)).toBe(true);
  expect(isNamed(`${SYS}thing/event/property/nothing/post`)).toBe(false);
  expect(isNamed('/ext/ntp/{pk}/{dn}/request')).toBe(true);
  expect(isNamed('/ext/ntp/{pk}/{dn}/nothing')).toBe(false);
});
