// One run over every project, as `npm test` does it; `nx test <project>` runs one of them.
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOptions } from './tools/jest-preset.mjs';
import { testProjects } from './tools/projects.mjs';

const root = dirname(fileURLToPath(import.meta.url));

export default {
  projects: testProjects().map(({ folder }) => join(root, folder)),
  ...runOptions,
  // Many suites start servers of their own: two at least, so that waiting overlaps, and four at most, for memory's sake.
  maxWorkers: Math.min(4, Math.max(2, availableParallelism())),
};
