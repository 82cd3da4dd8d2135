import { createMemoryBus } from '@alink/bus';
import { createLogger, createMetrics, systemClock } from '@alink/runtime';
import { Journal, type Activity } from './journal';
import { createNodeMetrics } from './metrics';

describe('refusals that repeat', () => {
  const clock = { time: 0, now: () => clock.time };
  const told: Activity[] = [];
  const journal = new Journal({
    bus: createMemoryBus(),
    log: createLogger({ name: 'test', level: 'silent' }),
    clock: systemClock,
    lineClock: clock,
    metrics: createNodeMetrics(createMetrics('test'), () => 0),
    onActivity: (activity) => void told.push(activity),
  });
  const note = (more: Partial<Activity> = {}): void =>
    journal.note({ kind: 'drop', productKey: 'pk', deviceName: 'dev', code: 9236, topic: 'a', text: 'why', ...more });
  afterEach(() => {
    told.length = 0;
    clock.time += 10_000;
  });

  test('are one line a second, with a count', () => {
    for (let n = 0; n < 1000; n++) note();
    clock.time += 1000;
    note();
    expect(told.map(({ text }) => text)).toEqual(['why', 'why (and 999 like it since the last line)']);
  });

  test('of one device keep nothing back of another, of another code, or of what is none', () => {
    note();
    note({ deviceName: 'other' });
    note({ code: 460 });
    note({ kind: 'refuseSubscribe' });
    for (let n = 0; n < 3; n++) note({ kind: 'report' });
    expect(told).toHaveLength(7);
  });

  test('of whatever texts are few lines a second', () => {
    for (let n = 0; n < 1000; n++) note({ topic: `topic ${n}`, text: `not on ${n}` });
    expect(told.length).toBeGreaterThan(1);
    expect(told.length).toBeLessThanOrEqual(8);
  });
});
