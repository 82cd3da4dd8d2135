import { createHash } from 'node:crypto';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(async () => {
  await platform.start();
  await dmctl('product create p1');
});
afterAll(() => platform.stop());

const CONTENT = '{"interval": 60}\n';
const SIGN = createHash('sha256').update(CONTENT).digest('hex');
const dmctl = (args: string) =>
  runCli([...args.split(' '), '--endpoint', platform.endpoint], {
    readFile: async (path) => Buffer.from(path === 'empty.json' ? '' : CONTENT),
  });

test('set keeps the file as it is, and shows its digest and its size', async () => {
  const { code, stdout } = await dmctl('config set p1 --file config.json');
  expect(code).toBe(0);
  expect(stdout).toBe(
    'config id:    1\n' +
      'product key:  p1\n' +
      'size:         17\n' +
      `sha256:       ${SIGN}\n` +
      'created:      2023-11-14T22:13:20.000Z\n',
  );
  expect(platform.requests.setConfiguration).toEqual({ productID: 'p1', deviceName: '', content: CONTENT });
});

test('get shows what is in force and whose it is, as a table, as JSON and raw', async () => {
  await dmctl('config set p1 dev001 --file own.json');
  const shown = await dmctl('config get p1 dev001');
  expect(shown.stdout).toContain('of:           device dev001 of p1\n');
  expect(shown.stdout.endsWith(`\n${CONTENT}\n`)).toBe(true);
  expect((await dmctl('config get p1 dev002')).stdout).toContain('of:           product p1\n');
  expect(JSON.parse((await dmctl('config get p1 --json')).stdout)).toMatchObject({
    configId: '1',
    size: 17,
    sha256: SIGN,
    content: CONTENT,
  });
  expect((await dmctl('config get p1 --raw')).stdout).toBe(CONTENT);
});

test('none from now on is a version of its own', async () => {
  expect((await dmctl('config set p1 dev001 --none')).code).toBe(0);
  expect(platform.requests.setConfiguration).toEqual({ productID: 'p1', deviceName: 'dev001', content: '' });
  const { stdout, stderr } = await dmctl('config list p1 dev001 --limit 1');
  expect(stdout).toBe('CONFIG ID  CREATED                   SIZE  SHA256\n3          2023-11-14T22:13:20.000Z  0\n');
  expect(stderr).toContain('1 to 1 of 2; --page 2 shows more');
  expect((await dmctl('config list p1 dev009')).stdout).toBe(
    'device dev009 of p1 never had a configuration of its own\n',
  );
});

test('push says what was sent to whom; set may do it too', async () => {
  expect((await dmctl('config push p1 dev001 --timeout 20')).stdout).toBe('device dev001 has taken configuration 3\n');
  expect(platform.requests.pushConfiguration).toEqual({
    productID: 'p1',
    deviceName: 'dev001',
    form: 'FILE',
    timeout: '20',
  });
  expect((await dmctl('config push p1 --content')).stdout).toBe('sent to 1201 devices of p1: configuration 3\n');
  expect(platform.requests.pushConfiguration).toMatchObject({ form: 'CONTENT' });
  expect(JSON.parse((await dmctl('config push p1 --json')).stdout)).toEqual({ configId: '3', sent: 1201 });
  expect((await dmctl('config set p1 --file config.json --push')).stdout).toContain('sent to 1201 devices');
});

test.each([
  ['config set p1', 2, 'give --file with the configuration, or --none'],
  ['config set p1 --file a.json --none', 2, 'give --file with the configuration, or --none'],
  ['config set p1 --file empty.json', 2, 'empty.json is empty'],
  ['config set nosuch --file a.json', 1, 'nosuch'],
  ['config get p9', 1, 'a configuration for product p9 does not exist'],
  ['config push p1 dev001 --timeout 0', 2, 'It must be a whole number from 1 to 60'],
])('%s: exit code %i', async (args, exitCode, message) => {
  const { code, stderr } = await dmctl(args);
  expect([code, stderr]).toEqual([exitCode, expect.stringContaining(message)]);
});

test('the switch of a product stands beside its other settings', async () => {
  platform.products.get('p1')!.protocolConf = { validation: 'strong' };
  expect((await dmctl('product update p1 --remote-config off')).code).toBe(0);
  expect(platform.products.get('p1')!.protocolConf).toEqual({ validation: 'strong', remoteConfig: 'off' });
});
