// One run over every project, as `npm test` does it; `nx test <project>` runs one of them.
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testTimeout } from './tools/jest-preset.mjs';

const root = dirname(fileURLToPath(import.meta.url));
const projects = ['apps', 'libs']
  .flatMap((dir) => readdirSync(join(root, dir)).map((name) => join(root, dir, name)))
  .concat(join(root, 'tools'), join(root, 'deploy'))
  .filter((path) => existsSync(join(path, 'jest.config.mjs')));

export default {
  projects,
  testTimeout,
  // Many suites start servers of their own: two at least, so that waiting overlaps, and four at most, for memory's sake.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
};
