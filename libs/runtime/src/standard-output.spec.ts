/** Processes whose output goes wrong: they live on, their timers run, and they know what they have lost. */
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Logs, and writes to its standard streams as libraries do; after so many turns a file holds its metrics. */
const APP = `
import { writeFileSync } from 'node:fs';
import { createMetrics, loadConfig, logLevel, runMain, wholeNumber } from './index';
import { z } from 'zod';

const schema = z.object({ LOG_LEVEL: logLevel('info'), SIZE: wholeNumber(10) });
void runMain({
  name: 'app',
  load: () => loadConfig(schema, process.env),
  start: async ({ SIZE }, log) => {
    const metrics = createMetrics('app');
    let turn = 0;
    setInterval(async () => {
      log.info({ turn, filler: 'x'.repeat(SIZE) }, 'a line');
      if (!SIZE || SIZE < 100) process.stdout.write('beside\\n'), process.stderr.write('beside\\n');
      if (++turn === 200) writeFileSync(process.env.FILE, await metrics.render());
      if (turn === 200) process.exit(0);
    }, 5);
    return { stop: async () => undefined };
  },
});
`;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'standard-output-'));
  file = join(folder, 'metrics');
  await build({
    stdin: { contents: APP, resolveDir: import.meta.dirname, sourcefile: 'app.ts', loader: 'ts' },
    outfile: join(folder, 'app.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
});
afterEach(() => rm(file, { force: true }));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** @param command `$APP` stands for the program, whose exit code it must end with */
const shell = async (command: string, env: Record<string, string> = {}): Promise<number | null> => {
  const APP = `"${process.execPath}" "${join(folder, 'app.cjs')}"`;
  const child = spawn('bash', ['-c', command.replaceAll('$APP', APP)], {
    env: { PATH: process.env.PATH, FILE: file, ...env },
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return code;
};
const lost = async (): Promise<number> => {
  const [, count] = /^alink_log_lines_lost_total\S* (\d+)$/m.exec(await readFile(file, 'utf8')) ?? [];
  return Number(count);
};

test.each([
  ['a device that is full', '$APP > /dev/full 2> /dev/full'],
  ['a reader that has seen enough', '$APP 2>&1 | head -n 1; exit ${PIPESTATUS[0]}'],
])('%s', async (_name, command) => {
  expect(await shell(command)).toBe(0);
  expect(await lost()).toBeGreaterThan(150);
});

test('a reader that has stopped reading', async () => {
  // 200 lines of 10 KB: more than a pipe and our memory for it hold.
  const command = `mkfifo ${folder}/p; sleep 600 < ${folder}/p & reader=$!; $APP > ${folder}/p 2>&1; code=$?; kill $reader; exit $code`;
  expect(await shell(command, { SIZE: '10000' })).toBe(0);
  expect(await lost()).toBeGreaterThan(50);
});

test('a reader that is well gets every line, up to the last', async () => {
  const out = join(folder, 'out');
  expect(await shell(`$APP 2>&1 | cat > ${out}; exit \${PIPESTATUS[0]}`, { SIZE: '5000' })).toBe(0);
  expect(existsSync(out)).toBe(true);
  const lines = (await readFile(out, 'utf8')).trimEnd().split('\n');
  expect(lines.filter((line) => line.includes('"a line"'))).toHaveLength(200);
  expect(await lost()).toBe(0);
});
