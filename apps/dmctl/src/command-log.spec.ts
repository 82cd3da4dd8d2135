import { FakePlatform } from '../test/fake-platform';
import { NOW, runCli } from '../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

platform.sendLog = [
  {
    action: 'actionSend',
    dataID: 'echo',
    content: '{"req":{"text":"hi"},"userID":7,"resp":{"code":200,"msg":"","outputParams":"{\\"text\\":\\"ho\\"}"}}',
    resultCode: 200,
    timestamp: NOW,
    account: 'alice',
  },
  {
    action: 'actionSend',
    dataID: 'reboot',
    content: '{"req":{},"userID":0}',
    resultCode: 100024,
    timestamp: NOW - 1000,
    account: '系统控制',
  },
  { action: 'propertyControlSend', dataID: 'rpm', content: '1', resultCode: 2000002, timestamp: NOW - 2000 },
  { action: 'propertyGetReportSend', dataID: 'rpm', content: '', resultCode: 2000003, timestamp: NOW - 3000 },
  { action: 'propertyControlSend', dataID: 'rpm', content: 'x', resultCode: 460, timestamp: NOW - 4000 },
];

test('service log shows the calls with input and result, page by page', async () => {
  const { code, stdout, stderr } = await dmctl('service log p d --since 1h --limit 1');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '1 to 1 of 2; --page 2 shows more\n' });
  expect(stdout).toMatch(/^TIME +ACTION +IDENTIFIER +CONTENT +OUTPUT +CODE +RESULT +ACCOUNT\n/);
  expect(stdout).toMatch(/ call +echo +\{"text":"hi"\} +\{"text":"ho"\} +200 +success +alice\n$/);
  expect(platform.requests.sendLogIndex).toMatchObject({
    productID: 'p',
    deviceName: 'd',
    actions: ['actionSend', 'sendMsg'],
    timeStart: String(NOW - 3_600_000),
    page: { page: '1', size: '1' },
  });
  expect(JSON.parse((await dmctl('service log p d --page 2 --limit 1 --json')).stdout)).toEqual([
    {
      time: new Date(NOW - 1000).toISOString(),
      action: 'call',
      identifier: 'reboot',
      content: {},
      code: 100024,
      result: 'not answered yet',
      timestamp: NOW - 1000,
    },
  ]);
});

test('service log shows messages, with the answers of those that were synchronous calls', async () => {
  const { sendLog } = platform;
  const about = { action: 'sendMsg', resultCode: 200, timestamp: NOW } as const;
  const answered = '{"req":"AT+CSQ","userID":0,"resp":{"code":200,"msg":"","outputParams":"31,99"}}';
  platform.sendLog = [
    { ...about, dataID: '/sys/p/d/rrpc/request/77', content: answered },
    { ...about, dataID: '/p/d/user/get', content: '{"LED":1}' },
  ];
  expect(JSON.parse((await dmctl('service log p d --json')).stdout)).toMatchObject([
    { action: 'send', identifier: '/sys/p/d/rrpc/request/77', content: 'AT+CSQ', output: '31,99' },
    { action: 'send', identifier: '/p/d/user/get', content: { LED: 1 } },
  ]);
  platform.sendLog = sendLog;
});

test('property log shows what was set and asked for, in words where the platform knows what happened', async () => {
  const rows = JSON.parse((await dmctl('property log p d --json')).stdout) as object[];
  expect(rows).toMatchObject([
    { action: 'set', identifier: 'rpm', content: 1, code: 2000002, result: 'no answer in time' },
    { action: 'get', identifier: 'rpm', content: '', code: 2000003, result: 'the device is offline' },
    { action: 'set', identifier: 'rpm', content: 'x', code: 460, result: '' },
  ]);
  platform.sendLog = [];
  expect((await dmctl('property log p d')).stdout).toBe('no property commands of d\n');
});
