import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope } from '@alink/contract';
import { ApplicationNews } from '../ingest/application-news';
import { PresenceNews } from './presence-news';
import type { DeviceChange } from './presence-rows';

const change = (n: number, isOnline: boolean): DeviceChange => ({
  deviceID: BigInt(n),
  productID: 'p1',
  deviceName: `d${n}`,
  isOnline,
  timestamp: n,
  reason: '',
  ...(n > 0 && { via: 'p1/d0' }),
});

test('thousands of devices are told in their order, over several turns of the event loop', async () => {
  const bus = createMemoryBus();
  const told: string[] = [];
  bus.subscribe('application.>', ({ data }) => {
    const { device, via } = JSON.parse(decodeEnvelope(data.toString()).data) as Record<string, { deviceName: string }>;
    told.push(`${device!.deviceName} ${via?.deviceName ?? ''}`);
  });
  const news = new PresenceNews(new ApplicationNews(bus, () => 1));
  const online: number[] = [];
  news.onOnline((changes) => void online.push(changes.length));
  news.tell(Array.from({ length: 1200 }, (_, n) => change(n, true)));
  news.tell([change(1200, false)]);
  expect(online).toEqual([500]);
  await turnOfLoop();
  expect(online).toEqual([500, 500]);
  await turnOfLoop();
  expect(online).toEqual([500, 500, 200]);
  expect(told).toEqual(['d0 ', ...Array.from({ length: 1200 }, (_, n) => `d${n + 1} d0`)]);
  news.tell([change(0, false)]);
  await turnOfLoop();
  expect(told).toHaveLength(1202);
  await bus.close();
});
