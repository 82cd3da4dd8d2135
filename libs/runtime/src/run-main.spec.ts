import { build } from 'esbuild';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';

/** An app whose behaviour its environment chooses; run as a process of its own. */
const APP = `
import { z } from 'zod';
import { createServer } from 'node:http';
import { loadConfig, commonFields, port, portTaken, oneOf, runMain, startAll } from './index';

const schema = z.object({ ...commonFields, APP_PORT: port(0), BEHAVE: oneOf(['well','throw','reject','fail','stuck','torn','slow-start'], 'well') });

void runMain({
  name: 'app',
  load: () => loadConfig(schema, process.env),
  start: async (config, log, signal) => {
    const server = createServer();
    const keep = setInterval(() => {}, 1000);
    const parts = [{
      name: 'server',
      start: () => new Promise((resolve, reject) => {
        server.once('error', (error) => reject(portTaken(error, config.APP_PORT, 'APP_PORT')));
        server.listen(config.APP_PORT, '127.0.0.1', resolve);
      }),
      stop: async () => { server.close(); clearInterval(keep); log.info('server closed'); },
    }];
    if (config.BEHAVE === 'slow-start') {
      log.info('running');
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
    }
    if (config.BEHAVE === 'fail') throw new Error('the roof is on fire');
    const running = await startAll(parts, log);
    if (config.BEHAVE === 'throw') setTimeout(() => { throw new Error('late trouble'); }, 10);
    if (config.BEHAVE === 'reject') void Promise.reject(new Error('late refusal'));
    log.info('running');
    if (config.BEHAVE === 'stuck') return { stop: () => new Promise(() => {}) };
    if (config.BEHAVE === 'torn') return { stop: () => Promise.reject(new Error('the hinges are rusty')) };
    return running;
  },
});
`;

let folder: string;
const children = new Set<ChildProcessWithoutNullStreams>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-main-'));
  await build({
    stdin: { contents: APP, resolveDir: import.meta.dirname, sourcefile: 'app.ts', loader: 'ts' },
    outfile: join(folder, 'app.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const run = (env: Record<string, string>) => {
  const child = spawn(process.execPath, [join(folder, 'app.cjs')], { env, stdio: 'pipe' });
  children.add(child);
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += chunk));
  child.stderr.on('data', (chunk) => (output.err += chunk));
  const exited = once(child, 'close').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const says = async (words: string) => {
    while (!output.out.includes(words)) {
      if (!children.has(child)) throw new Error(`it ended without saying ${words}: ${output.out}${output.err}`);
      await Promise.race([once(child.stdout, 'data'), exited]);
    }
  };
  return { child, output, exited, says };
};

describe('runMain', () => {
  test('a bad configuration is one line and exit code 1', async () => {
    const { output, exited } = run({ APP_PORT: 'many', DATABASE_URL: 'mysql://root:hunter2@db' });
    expect(await exited).toBe(1);
    expect(output.err).toBe(
      'app: bad configuration: DATABASE_URL is "mysql://root:***@db", must be a URL that starts with postgresql:// or ' +
        'postgres://; APP_PORT is "many", must be a port number, 0 to 65535\n',
    );
    expect(output.out).toBe('');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops cleanly with exit code 0', async (signal) => {
    const { child, output, exited, says } = run({ DATABASE_URL: 'postgres://a:hunter2@db/x' });
    await says('"running"');
    child.kill(signal);
    expect(await exited).toBe(0);
    expect(output.out).toContain('server closed');
    expect(output.out).toContain('"DATABASE_URL":"postgres://a:***@db/x"');
    expect(output.out).not.toContain('hunter2');
    expect(output.err).toBe('');
  });

  test('a second signal ends a stop that hangs, with exit code 130', async () => {
    const { child, exited, says } = run({ BEHAVE: 'stuck' });
    await says('"running"');
    child.kill('SIGINT');
    await says('"stopping"');
    await sleep(400);
    child.kill('SIGINT');
    expect(await exited).toBe(130);
  });

  test('the same Ctrl-C, passed on by npm, is not a second one', async () => {
    const { child, output, exited, says } = run({});
    await says('"running"');
    child.kill('SIGINT');
    await says('"stopping"');
    child.kill('SIGINT');
    expect(await exited).toBe(0);
    expect(output.out).toContain('server closed');
  });

  test('a stop that fails is logged, exit code 1', async () => {
    const { child, output, exited, says } = run({ BEHAVE: 'torn' });
    await says('"running"');
    child.kill('SIGTERM');
    expect(await exited).toBe(1);
    expect(output.out).toContain('the hinges are rusty');
  });

  test('a signal during the start ends it with exit code 0', async () => {
    const { child, output, exited, says } = run({ BEHAVE: 'slow-start' });
    await says('"running"');
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(output.out + output.err).not.toContain('given up');
  });

  test.each([
    ['throw', 'uncaught exception', 'late trouble'],
    ['reject', 'unhandled rejection', 'late refusal'],
    ['fail', 'did not start', 'the roof is on fire'],
  ])('%s is logged, exit code 1', async (behave, what, cause) => {
    const { output, exited } = run({ BEHAVE: behave });
    expect(await exited).toBe(1);
    const last: unknown = JSON.parse(output.out.trim().split('\n').at(-1)!);
    expect(last).toMatchObject({ level: 'fatal', msg: what, err: { message: cause } });
    expect(output.err).toBe(what === 'did not start' ? `app: ${cause}\n` : '');
  });

  test('a port in use is one line that names it and the variable that moves it', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { output, exited } = run({ APP_PORT: String(port) });
    expect(await exited).toBe(1);
    expect(output.err).toBe(`app: port ${port} is already in use; set APP_PORT to a free one\n`);
    holder.close();
  });
});
