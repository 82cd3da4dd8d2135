import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testProjects } from './projects.mjs';
import { SetupError } from './setup.mjs';
import { readTestArguments } from './test-arguments.mjs';

const projects = [
  { name: 'dm', folder: 'apps/dm-rpc' },
  { name: 'alink', folder: 'libs/alink' },
  { name: 'tools', folder: 'tools' },
];
const read = (...args) => {
  const { projects: meant, forJest } = readTestArguments(args, projects);
  return [meant.map(({ name }) => name), forJest];
};

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

describe('the command line of npm test', () => {
  test.each([
    [[], ['dm', 'alink', 'tools'], []],
    [['--only=alink'], ['alink'], []],
    [['--only', 'alink'], ['alink'], []],
    [['--only=dm'], ['dm'], []],
    [['--only=dm-rpc'], ['dm'], []],
    [['--only=apps/dm-rpc/'], ['dm'], []],
    [['--only=tools, dm-rpc'], ['dm', 'tools'], []],
    [['--only=alink', '--only=dm'], ['dm', 'alink'], []],
    [['--only=alink,alink'], ['alink'], []],
    [['some.spec', '--only=alink', '-t', 'a name', '--ci'], ['alink'], ['some.spec', '-t', 'a name', '--ci']],
    [['--onlyChanged'], ['dm', 'alink', 'tools'], ['--onlyChanged']],
    [
      ['-t', 'x=y'],
      ['dm', 'alink', 'tools'],
      ['-t', 'x=y'],
    ],
  ])('%j', (args, meant, forJest) => {
    expect(read(...args)).toEqual([meant, forJest]);
  });

  test.each([
    [['--only=nope'], '--only: no project "nope"; there is alink, dm, tools'],
    [['--only=alink,no,nor'], '--only: no project "no", "nor"; there is alink, dm, tools'],
    [['--only='], '--only: no project ""; there is alink, dm, tools'],
    [['--only'], '--only: no project ""; there is alink, dm, tools'],
  ])('%j is refused', (args, message) => {
    expect(() => read(...args)).toThrow(new SetupError(message));
  });
});

describe('the projects of this repository', () => {
  const all = testProjects();
  const named = (name) => all.find((project) => project.name === name);

  test('are found wherever they stand', () => {
    expect(all.map(({ folder }) => folder)).toEqual(expect.arrayContaining(['apps/dm-rpc', 'libs/alink', 'tools']));
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  test.each(all.map(({ name, folder }) => [name, folder]))('%s has that name in Jest too', async (name, folder) => {
    const { default: config } = await import(join(root, folder, 'jest.config.mjs'));
    expect(config.displayName).toBe(name);
  });

  test('say which bundles their tests run', () => {
    expect(named('alink')).toMatchObject({ bundles: [], needsServers: false });
    expect(named('dm-rpc')).toMatchObject({ bundles: ['dm-rpc'], needsServers: true });
    expect(named('dmctl').bundles.sort()).toEqual(['dm-rpc', 'protocol-aliyun-mqtt', 'timedjob-rpc']);
    for (const app of all.flatMap(({ bundles }) => bundles)) {
      expect(existsSync(join(root, 'apps', app, 'src/main.ts'))).toBe(true);
    }
  });
});
