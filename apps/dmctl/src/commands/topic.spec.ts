/** Custom topics, what goes on to other devices, calls with free bytes and broadcasts. */
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const file = Buffer.from([0, 255]);
const dmctl = (args: string) =>
  runCli([...args.split(' '), '--endpoint', platform.endpoint], { readFile: async () => file });

describe('topic', () => {
  test('list shows them, and whether devices may use others', async () => {
    platform.topics.classes.push({ topic: 'user/get', permission: 'subscribe', desc: 'news' });
    const { stdout, stderr } = await dmctl('topic list p1');
    expect(stdout).toMatch(/TOPIC +PERMISSION +DESC\nuser\/get +subscribe +news\n/);
    expect(stderr).toContain('may use any other custom topic too');
    platform.topics.definedOnly = true;
    expect((await dmctl('topic list p1 --json')).stderr).toContain('these and no other');
  });

  test.each([
    [
      'create p1 user/a publish --desc why',
      'topicClassCreate',
      { topic: 'user/a', permission: 'publish', desc: 'why' },
    ],
    ['update p1 user/a both', 'topicClassUpdate', { topic: 'user/a', permission: 'both' }],
    ['delete p1 user/a', 'topicClassDelete', { topic: 'user/a' }],
    ['access p1 defined', 'topicAccessUpdate', { definedOnly: true }],
    ['access p1 any', 'topicAccessUpdate', { definedOnly: false }],
  ])('%s', async (args, method, request) => {
    expect((await dmctl(`topic ${args}`)).code).toBe(0);
    expect(platform.requests[method]).toMatchObject({ productID: 'p1', ...request });
  });

  test('another permission is no command line', async () => {
    expect((await dmctl('topic create p1 user/a read')).code).toBe(2);
  });
});

describe('forward', () => {
  test('create, list and delete', async () => {
    const { stdout } = await dmctl('forward create p1 user/button lamp-{deviceName} user/switch --product p2');
    expect(stdout).toBe('messages on user/button go on to lamp-{deviceName}, rule 3\n');
    expect(platform.requests.forwardRuleCreate).toMatchObject({
      productID: 'p1',
      topic: 'user/button',
      targetProductID: 'p2',
      targetDeviceName: 'lamp-{deviceName}',
      targetTopic: 'user/switch',
    });
    const rule = {
      id: 3,
      topic: 'user/button',
      targetProductID: 'p2',
      targetDeviceName: 'lamp',
      targetTopic: 'user/a',
    };
    platform.topics.rules.push(rule);
    expect((await dmctl('forward list p1')).stdout).toMatch(/3 +user\/button +p2 +lamp +user\/a +on\n/);
    expect((await dmctl('forward delete p1 3')).stdout).toBe('deleted rule 3 of p1\n');
  });

  test('switching one off leaves the rest of it as it is', async () => {
    expect((await dmctl('forward disable p1 3')).stdout).toBe('rule 3 is off\n');
    expect(platform.requests.forwardRuleUpdate).toMatchObject({ id: '3', targetDeviceName: 'lamp', disabled: true });
    await dmctl('forward enable p1 3');
    expect(platform.requests.forwardRuleUpdate).toMatchObject({ disabled: false });
  });
});

describe('rrpc', () => {
  test('shows the answer as text, or as base64 where it is none', async () => {
    expect((await dmctl('rrpc p1 dev001 ping --timeout 4')).stdout).toBe('pong\n');
    expect(platform.requests.rrpc).toMatchObject({ deviceName: 'dev001', topic: '', timeout: '4000' });
    expect(Buffer.from(platform.requests.rrpc!.payload as Uint8Array).toString()).toBe('ping');
    platform.rrpcAnswer = Buffer.from([0xff, 0]);
    expect((await dmctl('rrpc p1 dev001')).stdout).toBe('2 bytes, base64: /wA=\n');
    expect(JSON.parse((await dmctl('rrpc p1 dev001 --json')).stdout)).toEqual({ id: '12345678', payload: '/wA=' });
  });

  test('sends the bytes of a file, on a topic of the device', async () => {
    await dmctl('rrpc p1 dev001 --file x.bin --topic user/get');
    expect(platform.requests.rrpc).toMatchObject({ topic: 'user/get' });
    expect(Buffer.from(platform.requests.rrpc!.payload as Uint8Array)).toEqual(file);
    expect((await dmctl('rrpc p1 dev001 text --file x.bin')).code).toBe(2);
  });
});

describe('broadcast', () => {
  test('says how many devices it was written to', async () => {
    expect((await dmctl('broadcast p1 closing')).stdout).toBe('written to 3 devices\n');
    expect(platform.requests.broadcast).toMatchObject({ productID: 'p1', topic: '' });
    platform.broadcast = { ...platform.broadcast, undelivered: 1, nodesHeard: 1 };
    const { stdout, stderr } = await dmctl('broadcast p1 --topic news --file x.bin');
    expect(stdout).toBe('written to 3 devices, not to 1 that read nothing\n');
    expect(stderr).toContain('1 of 2 nodes');
    expect(platform.requests.broadcast).toMatchObject({ topic: 'news' });
  });
});
