// The import rules of eslint.config.mjs, tried on sources that break them.
import { execFileSync } from 'node:child_process';
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
  ['the broker outside the gateway', 'apps/dm-rpc/src/x.ts', `import * as it from 'aedes';`, ['imports']],
  ['the broker in the gateway', 'apps/protocol-aliyun-mqtt/src/x.ts', `import * as it from 'aedes';`, []],
  ['gRPC outside libs/rpc', 'apps/dm-rpc/src/x.ts', `import * as it from '@grpc/grpc-js';`, ['imports']],
  ['gRPC in libs/rpc', 'libs/rpc/src/x.ts', `import * as it from '@grpc/grpc-js';`, []],
  ['NATS outside libs/bus', 'libs/discovery/src/x.ts', `import * as it from 'nats';`, ['imports']],
  ['etcd outside libs/discovery', 'libs/rpc/src/x.ts', `import * as it from 'etcd3';`, ['imports']],
  ['Prisma outside libs/db', 'apps/dm-rpc/src/x.ts', `import * as it from '@prisma/client';`, ['imports']],
  ['a file of our own called like a package', 'libs/rpc/src/x.ts', `import * as it from './nats';`, []],
  ['the environment outside libs/runtime', 'libs/bus/src/x.ts', 'const it = process.env;', ['properties']],
];

/** Rules that a case may break, by a short name. */
const ruleNames = {
  '@nx/enforce-module-boundaries': 'boundaries',
  'no-restricted-imports': 'imports',
  'no-restricted-properties': 'properties',
  'no-restricted-globals': 'globals',
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
