/** The same account, as each dm takes it. */
import { createLogger } from '@alink/runtime';
import { startNotedPlatform, type NotedPlatform } from '../../test/noted-platform';
import { accounts, type SessionAccount } from './accounts';

let platform: NotedPlatform;
beforeAll(async () => {
  platform = await startNotedPlatform(createLogger({ name: 'test', level: 'silent' }));
});
afterAll(() => platform?.stop());
beforeEach(() => platform.forget());

const T = 1_778_593_628_940;
const device = (deviceName: string) => ({ productID: 'p1', deviceName });
const place = (sequence: number) => ({ stream: T, sequence });
const sessions: SessionAccount[] = [
  { ...device('gate'), isOnline: true, onlineSinceMs: T, place: place(1) },
  { ...device('sub'), isOnline: true, onlineSinceMs: T, place: place(2), via: { ...device('gate'), place: place(1) } },
  { ...device('new'), isOnline: true, onlineSinceMs: T, place: undefined },
  { ...device('gone'), isOnline: false, onlineSinceMs: T, place: undefined },
];

test('ours learns their places, and nothing of sessions whose beginnings are on their way', async () => {
  await accounts.ours(platform.channel, 'node-1')(sessions);
  const [{ node, sessions: told } = {}] = platform.requests('account');
  expect(node).toBe('node-1');
  const [at, names] = [String(T), (name: string) => expect.objectContaining(device(name)) as unknown];
  const common = { isOnline: true, connectedAt: at, via: null, viaPlace: null };
  expect(told).toEqual([
    { ...common, device: names('gate'), place: { stream: at, sequence: '1' } },
    {
      ...common,
      device: names('sub'),
      place: { stream: at, sequence: '2' },
      via: names('gate'),
      viaPlace: { stream: at, sequence: '1' },
    },
    { ...common, device: names('gone'), place: null, isOnline: false },
  ]);
  await accounts.ours(platform.channel, 'node-1')(sessions.slice(2, 3));
  expect(platform.requests('account')).toHaveLength(1);
});

test('unitedrhino’s learns of each by its time', async () => {
  await accounts.unitedrhino(platform.channel, 'node-1')(sessions);
  const [{ devices } = {}] = platform.requests('deviceOnlineMultiFix');
  const told = devices as unknown as { device: { deviceName: string }; isOnline: string; connectAt: string }[];
  expect(told.map(({ device, isOnline, connectAt }) => [device.deviceName, isOnline, connectAt])).toEqual([
    ['gate', '1', String(T)],
    ['sub', '1', String(T)],
    ['new', '1', String(T)],
    ['gone', '2', String(T)],
  ]);
});
