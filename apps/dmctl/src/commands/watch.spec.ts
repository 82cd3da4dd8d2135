import { eventually, freePort } from '@alink/testing';
import { FakePlatform } from '../../test/fake-platform';
import { NOW, runCli } from '../../test/run-cli';

const platform = new FakePlatform();
// Of a port that the system gave away for a moment, it might make another use.
beforeAll(async () => platform.start(await freePort()));
afterAll(() => platform.stop());
beforeEach(() => {
  platform.products.set('p', { productID: 'p', productName: 'p', secret: '', protocolConf: {} });
  platform.hubLog = [];
});

const entry = (timestamp: number, content: string) => ({
  timestamp,
  action: 'publish',
  topic: '/t',
  content,
  resultCode: 200,
});

/** Starts to watch; `shown` is what has been written so far. */
const startWatching = (...args: string[]) => {
  const interrupt = new AbortController();
  const shown = { stdout: '', stderr: '' };
  const ended = runCli(['watch', ...args, '--endpoint', platform.endpoint], {
    onInterrupt: () => interrupt.signal,
    stdout: (text) => (shown.stdout += text),
    stderr: (text) => (shown.stderr += text),
  });
  return { shown, ended, interrupt: () => interrupt.abort() };
};

test('shows what comes, each line once, and ends well at Ctrl-C', async () => {
  platform.hubLog = [entry(NOW - 1, 'before')];
  const { shown, ended, interrupt } = startWatching('p', 'd');
  await eventually(() => expect(shown.stderr).toContain('watching'));
  platform.hubLog.push(entry(NOW + 5, 'first'));
  await eventually(() => expect(shown.stdout).toContain('first'));
  platform.hubLog.push(entry(NOW + 7, 'second'), entry(NOW + 6, 'late'));
  await eventually(() => expect(shown.stdout).toContain('second'));
  interrupt();
  expect((await ended).code).toBe(0);
  expect(shown.stdout.match(/first|late|second|before/g)).toEqual(['first', 'late', 'second']);
  expect(shown.stdout).toMatch(/^2026-05-12T13:48:20.005Z {2}publish {6}200 {2}\/t {2}first\n/);
  expect(platform.requests.hubLogIndex).toMatchObject({ productID: 'p', deviceName: 'd' });
});

test('is a line of JSON each with --json, however many there are', async () => {
  platform.hubLog = Array.from({ length: 1200 }, (_, i) => entry(NOW + i, `line ${i}`));
  const { shown, ended, interrupt } = startWatching('--json');
  await eventually(() => expect(shown.stdout).toContain('line 1199'));
  interrupt();
  await ended;
  const lines = shown.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { content: string });
  expect(lines.map(({ content }) => content)).toEqual(platform.hubLog.map(({ content }) => content));
});

test('waits for a service that went away', async () => {
  const { shown, ended, interrupt } = startWatching();
  await eventually(() => expect(shown.stderr).toContain('watching'));
  const port = Number(platform.endpoint.split(':')[1]);
  await platform.stop();
  await eventually(() => expect(shown.stderr).toContain('trying on'));
  platform.hubLog.push(entry(NOW + 1, 'while you were away'));
  await platform.start(port);
  await eventually(() => expect(shown.stdout).toContain('while you were away'));
  interrupt();
  expect((await ended).code).toBe(0);
  expect(shown.stderr).toContain('dm.rpc is back');
});
