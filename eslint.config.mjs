import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Imports go app → data, infra → contract → pure, never back; no wildcard, so an untagged project may import nothing. */
const depConstraints = [
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:data', 'type:infra', 'type:contract', 'type:pure', 'type:testing', 'type:app'],
  },
  { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:infra', 'type:contract', 'type:pure', 'type:testing'] },
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

export default tseslint.config(
  { ignores: ['**/node_modules', '**/dist', '**/generated', '.nx', '.data'] },
  { plugins: { '@nx': nx } },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints, enforceBuildableLibDependency: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-object-type': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // A pure lib knows no socket, clock, file or environment; time and random bytes come in as arguments.
    files: ['libs/{signing,topic,alink,thing-model}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['node:*', '!node:crypto', '!node:buffer'] }],
      'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval'],
      'no-restricted-properties': ['error', { object: 'Date', property: 'now' }],
    },
  },
  {
    // The environment is read in one place.
    files: ['libs/**/src/**/*.ts', 'apps/**/src/**/*.ts'],
    ignores: ['libs/runtime/src/config*.ts', 'libs/testing/**', '**/*.spec.ts', 'apps/*/src/main.ts'],
    rules: { 'no-restricted-properties': ['error', { object: 'process', property: 'env' }] },
  },
  {
    files: ['**/*.spec.ts', 'libs/testing/**', 'apps/platform-e2e/**', 'apps/dmctl/**', 'apps/standalone/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Only specs may use the testing lib.
    files: ['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/testing/**', 'apps/platform-e2e/**'],
    rules: {
      'no-restricted-imports': ['error', { paths: ['@alink/testing'] }],
    },
  },
);
