import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './eventually';
import { spawnProgram } from './spawned-app';

const run = (script: string, env: Record<string, string> = {}) => spawnProgram(process.execPath, ['-e', script], env);

test('waits for output that is there already, and for output to come', async () => {
  const app = run(`console.log('listening on 1883'); setTimeout(() => console.error('later'), 50)`);
  expect((await app.waitForLine(/listening on (\d+)/))[1]).toBe('1883');
  await app.waitForLine(/later/);
  expect(app.output).toContain('listening on 1883\n');
  expect(await app.exited).toEqual({ code: 0, signal: null });
});

test('gives the program only the variables it was given', async () => {
  process.env['SECRET_OF_THE_TEST'] = 'yes';
  const app = run(`console.log(process.env.MARK, process.env.SECRET_OF_THE_TEST)`, { MARK: 'here' });
  await app.exited;
  delete process.env['SECRET_OF_THE_TEST'];
  expect(app.output).toBe('here undefined\n');
});

test('a program that ends while waited for is told with its output', async () => {
  const app = run(`console.error('port 1 is in use'); process.exit(1)`);
  await expect(app.waitForLine(/listening/)).rejects.toThrow(/it ended[\s\S]*port 1 is in use/);
  expect((await app.exited).code).toBe(1);
});

test('a program that does not exist is told like one that ends', async () => {
  const app = spawnProgram('/no/such/program', [], {});
  await expect(app.waitForLine(/x/)).rejects.toThrow('ENOENT');
});

test('does nothing while it is frozen, and can be stopped', async () => {
  const app = run(`setInterval(() => console.log('tick'), 20)`);
  await app.waitForLine(/tick/);
  app.pause();
  await eventually(async () => {
    const before = app.output;
    await sleep(300);
    expect(app.output).toBe(before);
  });
  const before = app.output.length;
  app.resume();
  await eventually(() => expect(app.output.length).toBeGreaterThan(before));
  app.pause();
  expect(await app.stop()).toEqual({ code: null, signal: 'SIGTERM' });
});

test('stop sends the signal and waits', async () => {
  const app = run(`process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000)`);
  await app.waitForLine(/up/);
  expect(await app.stop()).toEqual({ code: 7, signal: null });
  const other = run(`console.log('up'); setInterval(() => {}, 1000)`);
  await other.waitForLine(/up/);
  expect(await other.stop('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
});
