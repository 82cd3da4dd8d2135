import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { eventually } from './eventually';
import { removeFolder, temporaryFolder } from './guardian';
import { repositoryRoot } from './repository-root';

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('what a process started is gone after it was killed itself', async () => {
  const folder = temporaryFolder('guardian');
  try {
    const program = join(folder, 'program.mjs');
    await build({
      stdin: {
        contents: `
          import { spawn } from 'node:child_process';
          import { guardProcess, temporaryFolder } from './guardian';
          const folder = temporaryFolder('guarded');
          const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true });
          guardProcess(child.pid);
          process.stdout.write(JSON.stringify({ pid: child.pid, folder }) + '\\n', () => process.kill(process.pid, 'SIGKILL'));`,
        resolveDir: join(repositoryRoot, 'libs/testing/src'),
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
    });
    const output = await new Promise<string>((resolve) =>
      execFile(process.execPath, [program], (_killed, stdout) => resolve(stdout)),
    );
    const guarded = JSON.parse(output) as { pid: number; folder: string };
    await eventually(() => {
      expect(isAlive(guarded.pid)).toBe(false);
      expect(existsSync(guarded.folder)).toBe(false);
    });
  } finally {
    removeFolder(folder);
  }
});
