import { parseCommandLine, UsageEnd } from './options';

const ended = (...args: string[]): UsageEnd => {
  try {
    parseCommandLine(args);
  } catch (error) {
    if (error instanceof UsageEnd) return error;
    throw error;
  }
  throw new Error('it was taken');
};

test('without options all is measured, in three rounds', () => {
  expect(parseCommandLine([])).toEqual({
    command: 'bench',
    options: { rounds: 3, quick: false, only: ['connects', 'reports-1', 'reports-16', 'commands', 'memory'] },
  });
});

test('options', () => {
  const args = ['--rounds', '5', '--quick', '--only', 'commands, connects', '--json', '/tmp/figures.json'];
  expect(parseCommandLine(args)).toEqual({
    command: 'bench',
    options: { rounds: 5, quick: true, only: ['connects', 'commands'], json: '/tmp/figures.json' },
  });
});

test.each([
  [['reconnect'], undefined],
  [['reconnect', '300'], 300],
])('%j', (args, devices) => {
  expect(parseCommandLine(args)).toEqual({ command: 'reconnect', devices });
});

test('gateways takes rounds and quick', () => {
  expect(parseCommandLine(['gateways', '--rounds', '5', '--quick'])).toMatchObject({
    command: 'gateways',
    options: { rounds: 5, quick: true },
  });
});

test('help names every option', () => {
  const { message, exitCode } = ended('--help');
  expect(exitCode).toBe(0);
  for (const word of ['--rounds', '--quick', '--only', '--json', '--beside', 'reconnect', 'gateways', 'reports-16']) {
    expect(message).toContain(word);
  }
});

test.each([
  [['--fast'], /unknown option '--fast'/],
  [['--rounds', '0'], /'--rounds <n>' argument '0' is invalid\. It must be a whole number/],
  [['--rounds'], /argument missing/],
  [['--only', 'connects,latency'], /There is no "latency"; there are connects, reports-1/],
  [['--json', '/no/such/folder/figures.json'], /'--json <file>' .* cannot be written/],
  [['--beside', '/tmp'], /no built apps/],
  [['reconnect', 'all'], /'all' is invalid .*whole number/],
  [['everything'], /everything|too many arguments/],
])('%j is refused with one line', (args, line) => {
  const { message, exitCode } = ended(...args);
  expect(exitCode).not.toBe(0);
  expect(message).toMatch(line);
  expect(message.trimEnd()).not.toContain('\n');
});
