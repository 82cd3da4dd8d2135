// The import rules of eslint.config.mjs and .dependency-cruiser.mjs, tried on sources that break them.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const cases = [
  ['a pure lib imports a pure lib', 'libs/alink/src/x.ts', `import * as it from '@alink/topic';`, []],
  ['a pure lib signs', 'libs/signing/src/x.ts', `import * as it from 'node:crypto';`, []],
  ['a pure lib imports upwards', 'libs/signing/src/x.ts', `import * as it from '@alink/contract';`, ['boundaries']],
  ['a pure lib opens a socket', 'libs/signing/src/x.ts', `import * as it from 'node:net';`, ['imports']],
  ['a pure lib asks the clock', 'libs/alink/src/x.ts', 'const it = Date.now();', ['properties']],
  ['a pure lib reads the environment', 'libs/topic/src/x.ts', 'const it = process.env;', ['globals', 'properties']],
  ['an infra lib imports the data lib', 'libs/runtime/src/x.ts', `import * as it from '@alink/db';`, ['boundaries']],
  ['a lib imports an app', 'libs/db/src/x.ts', `import * as it from '@alink/app-dm-rpc';`, ['boundaries', 'imports']],
  [
    'an app imports an app',
    'apps/dmctl/src/x.ts',
    `import * as it from '@alink/app-dm-rpc';`,
    ['boundaries', 'imports'],
  ],
  [
    'the fuzz targets reach parsers',
    'apps/fuzz/src/x.ts',
    `import * as it from '@alink/app-protocol-aliyun-mqtt/parsers';`,
    [],
  ],
  [
    'the fuzz targets reach further',
    'apps/fuzz/src/x.ts',
    `import * as it from '@alink/app-protocol-aliyun-mqtt';`,
    ['boundaries'],
  ],
  ['a spec imports an app', 'apps/dmctl/src/x.spec.ts', `import * as it from '@alink/app-dm-rpc';`, ['boundaries']],
  ['standalone imports the apps', 'apps/standalone/src/x.ts', `import * as it from '@alink/app-dm-rpc';`, []],
  [
    'an app goes around the names',
    'apps/dmctl/src/x.ts',
    `import * as it from '../../dm-rpc/src/app';`,
    ['boundaries'],
  ],
  ['a source uses the testing lib', 'apps/dmctl/src/x.ts', `import * as it from '@alink/testing';`, ['imports']],
  ['a spec uses the testing lib', 'apps/dmctl/src/x.spec.ts', `import * as it from '@alink/testing';`, []],
  ['aedes outside the node', 'apps/dm-rpc/src/x.ts', `import * as it from 'aedes';`, ['imports']],
  [
    'aedes in the node, outside its folder',
    'apps/protocol-aliyun-mqtt/src/session/x.ts',
    `import * as it from 'aedes';`,
    ['imports'],
  ],
  [
    "aedes' parser in the node, outside its folder",
    'apps/protocol-aliyun-mqtt/src/brokers/x.ts',
    `import * as it from 'mqtt-packet';`,
    ['imports'],
  ],
  [
    'the parser where simulated devices connect',
    'libs/simulator/src/line/x.ts',
    `import * as it from 'mqtt-packet';`,
    [],
  ],
  [
    'the parser where they are thought out',
    'libs/simulator/src/device/x.ts',
    `import * as it from 'mqtt-packet';`,
    ['imports'],
  ],
  ['a simulated device asks the clock', 'libs/simulator/src/device/x.ts', 'const it = Date.now();', ['properties']],
  ['aedes in its folder', 'apps/protocol-aliyun-mqtt/src/brokers/aedes/x.ts', `import * as it from 'aedes';`, []],
  [
    'NATS in the folder of aedes',
    'apps/protocol-aliyun-mqtt/src/brokers/aedes/x.ts',
    `import * as it from 'nats';`,
    ['imports'],
  ],
  ['aedes in a spec of the node', 'apps/protocol-aliyun-mqtt/src/x.spec.ts', `import * as it from 'aedes';`, []],
  ['gRPC outside libs/rpc', 'apps/dm-rpc/src/x.ts', `import * as it from '@grpc/grpc-js';`, ['imports']],
  ['gRPC in libs/rpc', 'libs/rpc/src/x.ts', `import * as it from '@grpc/grpc-js';`, []],
  ['NATS outside libs/bus', 'libs/discovery/src/x.ts', `import * as it from 'nats';`, ['imports']],
  ['etcd outside libs/discovery', 'libs/rpc/src/x.ts', `import * as it from 'etcd3';`, ['imports']],
  ['Prisma outside libs/db', 'apps/dm-rpc/src/x.ts', `import * as it from '@prisma/client';`, ['imports']],
  ['a file of our own called like a package', 'libs/rpc/src/x.ts', `import * as it from './nats';`, []],
  ['a member that is private by its name', 'libs/bus/src/x.ts', 'class It { #a = 1; } const it = It;', ['syntax']],
  ['a member that is private by the keyword', 'libs/bus/src/x.ts', 'class It { private a = 1; } const it = It;', []],
  ['what operators do asks the platform', 'libs/operator/src/x.ts', `import * as it from '@alink/rpc';`, []],
  ['what operators do asks the database', 'libs/operator/src/x.ts', `import * as it from '@alink/db';`, ['boundaries']],
  ['what operators do reads options', 'libs/operator/src/x.ts', `import * as it from 'commander';`, ['imports']],
  ['what operators do writes on a terminal', 'libs/operator/src/x.ts', 'const it = process.stdout;', ['globals']],
  ['what operators do imports the process', 'libs/operator/src/x.ts', `import it from 'node:process';`, ['imports']],
  [
    'an infra lib does what operators do',
    'libs/rpc/src/x.ts',
    `import * as it from '@alink/operator';`,
    ['boundaries'],
  ],
  ['an app does what operators do', 'apps/dmctl/src/x.ts', `import * as it from '@alink/operator';`, []],
  ['the environment outside libs/runtime', 'libs/bus/src/x.ts', 'const it = process.env;', ['properties']],
];

/** Rules that a case may break, by a short name. */
const ruleNames = {
  '@nx/enforce-module-boundaries': 'boundaries',
  'no-restricted-imports': 'imports',
  'no-restricted-properties': 'properties',
  'no-restricted-globals': 'globals',
  'no-restricted-syntax': 'syntax',
};

/** Lints in a process of its own: ESLint and Nx load native code, which wants no test sandbox around it. */
const lintAll = () => {
  const script = `
    import { createProjectGraphAsync } from '@nx/devkit';
    import { ESLint } from 'eslint';
    // The rule on boundaries takes the graph from Nx's cache, and lets everything pass where there is none yet.
    await createProjectGraphAsync();
    const eslint = new ESLint();
    const found = [];
    for (const [, filePath, code] of ${JSON.stringify(cases)}) {
      const [result] = await eslint.lintText(code + ' export const out = it;', { filePath });
      found.push(result.messages.map(({ ruleId }) => ruleId));
    }
    console.log('\\n' + JSON.stringify(found));`;
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } };
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], options);
  return JSON.parse(output.trimEnd().split('\n').at(-1));
};

describe('import rules', () => {
  let found;
  beforeAll(() => {
    found = lintAll();
  }, 120_000); // Nx looks at every file of the repository, where it has not done so before

  test.each(cases.map((entry, index) => [entry[0], index]))('%s', (_name, index) => {
    const rules = found[index].map((rule) => ruleNames[rule] ?? rule);
    expect([...new Set(rules)].sort()).toEqual(cases[index][3]);
  });
});

/** Files of a small repository, by what they are there for. `uses` writes a file that needs others. */
const uses = (...paths) => paths.map((path, n) => `export * as it${n} from '${path}';`).join('\n');
const node = (path) => `apps/protocol-aliyun-mqtt/src/${path}.ts`;
const typed = (path) => `import type * as it from '${path}';\nexport type It = typeof it;`;

const repositories = [
  [
    'arrows that run down',
    {
      [node('app')]: uses('./session/a', './brokers/aedes/a'),
      [node('session/a')]: uses('../link/a', '../journal', '../connect/ways/a'),
      [node('connect/ways/a')]: uses('../../directory/a'),
      [node('directory/a')]: '',
      [node('brokers/aedes/a')]: uses('../../link/a'),
      [node('journal')]: uses('./metrics', './link/a'),
      [node('metrics')]: '',
      [node('link/a')]: '',
    },
    [],
  ],
  [
    'an arrow that runs up',
    { [node('link/a')]: uses('../session/a'), [node('session/a')]: '' },
    ['nothing-above-link'],
  ],
  [
    'an arrow to a type',
    { [node('guard/a')]: typed('../session/a'), [node('session/a')]: '' },
    ['nothing-above-guard'],
  ],
  [
    'an arrow out of a folder in a folder',
    { [node('connect/ways/a')]: uses('../../guard/a'), [node('guard/a')]: '' },
    ['nothing-above-connect'],
  ],
  ['an arrow to the roof', { [node('uplink/a')]: uses('../config'), [node('config')]: '' }, ['nothing-above-uplink']],
  [
    'an arrow from what everybody needs',
    { [node('journal')]: uses('./session/a'), [node('session/a')]: '' },
    ['nothing-above-activity-limits-line-limits-metrics-journal'],
  ],
  [
    'a broker that knows of sessions',
    { [node('brokers/aedes/a')]: uses('../../session/a'), [node('session/a')]: '' },
    ['nothing-above-brokers'],
  ],
  ['a spec that needs a higher floor', { [node('link/a.spec')]: uses('../session/a'), [node('session/a')]: '' }, []],
  ['a circle of two files', { 'libs/bus/src/a.ts': uses('./b'), 'libs/bus/src/b.ts': uses('./a') }, ['no-circles']],
  [
    'a circle over types, through the name of a lib',
    { 'libs/bus/src/index.ts': uses('./a'), 'libs/bus/src/a.ts': typed('@alink/bus') },
    ['no-circles'],
  ],
];

/** Writes the files into a folder of their own, and has the rules look at it. @returns the rules that are broken */
const violationsIn = (files) => {
  const folder = mkdtempSync(join(tmpdir(), 'alink-arrows-'));
  try {
    copyFileSync(join(root, 'tsconfig.base.json'), join(folder, 'tsconfig.base.json'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const cruiser = join(root, 'node_modules/.bin/depcruise');
    const rules = ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json'];
    const found = Object.keys(files).map((path) => path.split('/')[0]);
    const { stdout } = spawnSync(cruiser, [...rules, ...new Set(found)], { cwd: folder, encoding: 'utf8' });
    return JSON.parse(stdout).summary.violations.map(({ rule }) => rule.name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe('arrows between files', () => {
  test.each(repositories)('%s', (_name, files, broken) => {
    expect(violationsIn(files)).toEqual(broken);
  });
});
