/** Everything that a run has measured, for programs: later runs are compared with it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { BenchOptions } from '../options';
import type { LoadSummary } from './summary';

/** The commit of the current folder, with a mark when there are changes on top of it; undefined without Git. */
const commit = (): string | undefined => {
  const { status, stdout } = spawnSync('git', ['describe', '--always', '--dirty', '--abbrev=12'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

export const writeJsonFile = (file: string, options: BenchOptions, loads: readonly LoadSummary[]): void => {
  const [processor] = cpus();
  const content = {
    measuredAt: new Date().toISOString(),
    commit: commit(),
    machine: {
      system: `${platform()} ${release()} ${arch()}`,
      node: process.version,
      processors: cpus().length,
      processor: processor?.model,
      memoryBytes: totalmem(),
    },
    options,
    loads,
  };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
};
