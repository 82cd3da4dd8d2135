import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.base.json'), 'utf8'));

/** The path names of tsconfig.base.json, as Jest wants them: one list of libs for both. */
const moduleNameMapper = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([name, [file]]) => [`^${name}$`, join(root, file)]),
);

/** What a run as a whole goes by; over many projects Jest takes only the root's. */
export const runOptions = {
  // Milliseconds that a test or a hook may take. One that needs longer says why beside its own time-out.
  testTimeout: 30_000,
  // Node.js 20 never frees the ES modules of a test file that has ended: after a hundred files a worker would have two
  // gigabytes. A new one takes its place before that.
  workerIdleMemoryLimit: '500MB',
  // Milliseconds in which a worker has to be gone in the end. One with nothing left to do, but much memory to give back, takes
  // longer than Jest's half a second where the machine is busy, and was taken for one that hangs.
  workerGracefulExitTimeout: 10_000,
};

/**
 * The Jest configuration that every project shares: native ES modules, TypeScript by SWC.
 * @param {string} displayName the project's name in the report
 * @param {import('jest').Config} [overrides]
 */
export const projectConfig = (displayName, overrides = {}) => ({
  displayName,
  testEnvironment: 'node',
  testTimeout: runOptions.testTimeout,
  testMatch: ['<rootDir>/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  moduleNameMapper,
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2022',
          // Node.js wants to be told that an import is JSON.
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  ...overrides,
});
