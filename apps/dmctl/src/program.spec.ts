import { freePort } from '@alink/testing';
import packageJson from '../../../package.json' with { type: 'json' };
import { FakePlatform } from '../test/fake-platform';
import { runCli } from '../test/run-cli';

/** Every command, with arguments that it takes. */
const commands = [
  'product create p',
  'product list',
  'product show p',
  'product update p --name x',
  'product publish p',
  'product unpublish p',
  'product enable p',
  'product disable p',
  'product rotate-secret p',
  'product delete p',
  'product import-tsl p -',
  'product export-tsl p',
  'device create p d',
  'device list',
  'device show p d',
  'device count p',
  'device count',
  'device update p d --alias x',
  'device enable p d',
  'device disable p d',
  'device delete p --all --yes',
  'device reset p d',
  'device rotate-secret p d',
  'device delete p d',
  'device batch-create p --count 1 --prefix x --dry-run',
  'device import -',
  'device tokens p d',
  'device revoke p d --all',
  'device topics p d',
  'device connect-params p d',
  'gateway list g d',
  'gateway add g d p s',
  'gateway set g d p s --yes',
  'gateway remove g d --all --yes',
  'gateway found g d',
  'gateway permit g d',
  'gateway notify g d p s',
  'gateway login-params g d p s',
  'cert add p d --pem -',
  'cert list p',
  'cert revoke p --fingerprint ab',
  'property latest p d',
  'property history p d x',
  'property set p d {}',
  'property get p d',
  'property log p d',
  'event list p d',
  'service call p d s',
  'service log p d',
  'log p d',
  'watch',
  'job list',
  'job create g c --topic t',
  'job run g c',
  'job delete g c',
  'audit',
  'secrets rotate-key',
  'apply -f -',
  'diff -f -',
  'export',
].map((line) => line.split(' '));
const fileFor = (line: readonly string[]) => async () => {
  if (line.includes('import')) return Buffer.from('productKey,deviceName,deviceSecret\np,d,s\n');
  return Buffer.from(line.includes('-f') ? 'kind: Product\nproductKey: p\n' : '{"properties":[]}');
};

describe('help', () => {
  test('of the program tells the exit codes and where services are looked for', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const text of ['Exit codes:', '3  a service is not reachable', 'ETCD_HOSTS', '--json'])
      expect(stdout).toContain(text);
  });

  const names = [
    'product',
    'device',
    'gateway',
    'cert',
    'property',
    'event',
    'service',
    'log',
    'watch',
    'job',
    'audit',
    'secrets',
    'apply',
    'diff',
    'export',
    'completion',
  ];
  test.each([...names, 'status'])('of the program is the same whether %s is loaded or not', async (name) => {
    const { stdout } = await runCli(['--help']);
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(await runCli(['--token', name, '--help'])).toMatchObject({ code: 0, stdout });
  });

  test('of a group is the same by "help"', async () => {
    const { stdout } = await runCli(['device', '--help']);
    expect(stdout).toContain('batch-create [options] <productKey>');
    expect(await runCli(['help', 'device'])).toMatchObject({ code: 0, stdout });
  });

  test.each([...commands, ['status'], ['completion', 'bash']])(
    'of %s %s has an example and the options of all',
    async (...line) => {
      const words = line.filter((word) => /^[a-z-]{3,}$/.test(word) && !word.startsWith('--'));
      const { code, stdout } = await runCli([...words, '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`Example:\n  $ dmctl ${words.join(' ')}`);
      expect(stdout).toMatch(/--endpoint <host:port>/);
    },
  );
});

test('the version is that of the repository', async () => {
  expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
});

describe('a failure of several lines', () => {
  const bad = 'kind: Product\nproductKey: 1\n---\nkind: Product\nproductKey: p\n"x\\n\\u001b[2J": 1\n';
  const given = { readFile: async () => Buffer.from(bad) };

  test('is shown in lines, in which foreign text begins none and steers no terminal', async () => {
    const { code, stderr } = await runCli(['apply', '-f', '-'], given);
    expect(code).toBe(2);
    expect(stderr.split('\n')).toEqual([
      'dmctl: 2 faults:',
      expect.stringMatching(/^ {2}-:2: productKey must be text/),
      expect.stringMatching(/^ {2}-:6: x\\u000a\\u001b\[2J is not known here; there are /),
      '',
    ]);
  });

  test('is one message with --json', async () => {
    const { stderr } = await runCli(['apply', '-f', '-', '--json'], given);
    const { error } = JSON.parse(stderr) as { error: { message: string } };
    expect(error.message).toMatch(/^2 faults:\n-:2: productKey .*\n-:6: x\n\u001b\[2J is not known here/);
  });

  test('is a wrong word, and one that is like it', async () => {
    expect((await runCli(['product', 'lst'])).stderr).toBe(
      "dmctl: unknown command 'lst'\n  (Did you mean list?)\n" +
        '       --help after any command shows how it is used.\n',
    );
  });
});

describe('a command line that cannot be used ends with 2', () => {
  test.each<[string[], RegExp]>([
    [['nonsense'], /unknown command 'nonsense'/],
    [['product', 'lst'], /Did you mean list/],
    [['property', 'set', 'p', 'd'], /missing required argument 'values'/],
    [['property', 'set', 'p', 'd', 'x'], /must be JSON/],
    [['property', 'set', 'p', 'd', '{}', '--timeout', '0'], /whole number from 1 to 60/],
    [['device', 'list', '--nonsense'], /unknown option '--nonsense'/],
    [['device', 'list', 'p', 'too', 'many'], /too many arguments/],
    [['device', 'connect-params', 'p', 'd', '--mode', '7'], /Allowed choices are secret, auto, register/],
    [['device', 'connect-params', 'p', 'd', '--mode', 'connwl'], /needs --client-id and --device-token/],
    [['device', 'connect-params', 'p', 'd', '--mode', 'https', '--iot-id', 'x'], /go together/],
    [['device', 'connect-params', 'p', 'd', '--mode', 'x509', '--transport', 'ws'], /tls or wss/],
    [['device', 'list', '--tag', 'x'], /must be key=value/],
    [['device', 'update', 'p', 'd'], /nothing to change/],
    [['device', 'delete', 'p'], /which devices: DeviceNames, --from, --all, or --online/],
    [['device', 'disable', 'p', 'd', '--all'], /which devices/],
    [['device', 'enable', 'p', '--from', '/nowhere.csv'], /cannot use \/nowhere.csv: ENOENT/],
    [['product', 'update', 'p'], /nothing to change/],
    [['device', 'revoke', 'p', 'd'], /either the id of a token or --all/],
    [['device', 'revoke', 'p', 'd', 'x', '--all'], /either the id of a token or --all/],
    [['device', 'batch-create', 'p'], /either --count with --prefix, or --csv/],
    [['device', 'batch-create', 'p', '--count', '1', '--out', 'x'], /--count and --prefix go together/],
    [['device', 'batch-create', 'p', '--count', '1', '--prefix', 'x'], /--out must say/],
    [['device', 'batch-create', 'p', '--csv', 'x', '--dry-run', '--out', 'x'], /makes no triples/],
    [['device', 'import', '/nowhere.csv'], /cannot use \/nowhere.csv: ENOENT/],
    [['cert', 'add', 'p', '--pem', '/nowhere.pem'], /cannot read \/nowhere.pem/],
    [['cert', 'revoke', 'p'], /either --fingerprint or --crl/],
    [['job', 'create', 'g', 'c'], /required option '--topic <subject>' not specified/],
    [['product', 'list', '--endpoint', 'nowhere'], /must be host:port/],
    [['log', 'p', 'd', '--since', 'once'], /10m \(ago/],
    [['product', 'import-tsl', 'p', '/nowhere.json'], /cannot read \/nowhere.json/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^dmctl: /);
  });

  test('and so does a bad environment', async () => {
    const { code, stderr } = await runCli(['product', 'list'], { env: { ETCD_HOSTS: '!' } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/ETCD_HOSTS/);
  });

  test('a group alone shows its help', async () => {
    const { code, stderr } = await runCli(['product']);
    expect(code).toBe(2);
    expect(stderr).toContain('Usage: dmctl product');
    expect(stderr).not.toContain('dmctl: ');
  });
});

describe('without the service', () => {
  test.each(commands)('%s %s says where it looked, and ends with 3', async (...line) => {
    const port = await freePort();
    const args = [...line.filter(Boolean), '--endpoint', `127.0.0.1:${port}`, '--job-endpoint', `127.0.0.1:${port}`];
    const { code, stdout, stderr } = await runCli(args, { readFile: fileFor(line) });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^dmctl: (dm|timedjob)\\.rpc is not reachable \\(tried 127.0.0.1:${port}\\)\n`));
    expect(stderr).toContain('npm start');
  });

  test('nor etcd, it says that etcd does not answer', async () => {
    const env = { ETCD_HOSTS: `127.0.0.1:${await freePort()}` };
    const { code, stderr } = await runCli(['product', 'list'], { env });
    expect(code).toBe(3);
    expect(stderr).toContain(`etcd does not answer (looked for dm.rpc in etcd at ${env.ETCD_HOSTS})`);
  });
});

describe('what the platform refuses', () => {
  const platform = new FakePlatform();
  beforeAll(() => platform.start());
  afterAll(() => platform.stop());

  test('ends with 1, with its code and its words', async () => {
    const { code, stdout, stderr } = await runCli(['product', 'show', 'nope', '--endpoint', platform.endpoint]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^dmctl: productID nope does not exist \(100009\)\n/);
  });

  test('is JSON on standard error with --json', async () => {
    const { code, stdout, stderr } = await runCli([
      '--json',
      'product',
      'show',
      'nope',
      '--endpoint',
      platform.endpoint,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({
      error: { exitCode: 1, code: 100009, message: 'productID nope does not exist (100009)' },
    });
  });
});
