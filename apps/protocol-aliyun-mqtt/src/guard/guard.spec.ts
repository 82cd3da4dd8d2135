/** The guard's clock; what each limit does is tested beside it, and all of them on real connections in test/guard.spec. */
import { jest } from '@jest/globals';
import { createMemoryBus } from '@alink/bus';
import { createLogger, createMetrics, systemClock } from '@alink/runtime';
import { Journal } from '../journal';
import { createNodeMetrics } from '../metrics';
import { noGuard } from './config';
import { Guard } from './guard';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => void jest.useRealTimers());

test.each([
  ['back', -3_600_000],
  ['forward', 3_600_000],
])('a clock that is set %s an hour neither prolongs nor lifts a limit', async (_name, ms) => {
  const log = createLogger({ name: 'test', level: 'silent' });
  const metrics = createMetrics('test');
  const nodeMetrics = createNodeMetrics(metrics, () => 0);
  const bus = createMemoryBus();
  const guard = new Guard({
    config: {
      ...noGuard,
      LOGIN_FAILURES_PER_MINUTE: 3,
      LOGIN_LOCK_S: 300,
      CONNECTS_PER_MINUTE_PER_DEVICE: 3,
      UPLINKS_PER_SECOND_PER_DEVICE: 1,
    },
    log,
    journal: new Journal({ bus, log, clock: systemClock, metrics: nodeMetrics }),
    metrics,
    nodeMetrics,
  });
  const claim = { productKey: 'pk', deviceName: 'dev1' };
  const uplinks = guard.uplinkRate.of('pk&dev1');
  const tell = (): void => undefined;
  const limited = () => ({
    locked: guard.lockout.refuses(claim, '192.0.2.1') !== undefined,
    tooManyLogins: guard.connectRate.refuse('pk', 'dev1') !== undefined,
    tooManyUplinks: !uplinks.admits(tell),
  });
  for (let n = 0; n < 3; n++) guard.lockout.failed(claim, '192.0.2.1');
  for (let n = 0; n < 3; n++) guard.connectRate.refuse('pk', 'dev1');
  for (let n = 0; n < 10; n++) uplinks.admits(tell);

  jest.setSystemTime(Date.now() + ms);
  expect(limited()).toEqual({ locked: true, tooManyLogins: true, tooManyUplinks: true });
  jest.advanceTimersByTime(120_000);
  expect(limited()).toEqual({ locked: true, tooManyLogins: false, tooManyUplinks: false });
  jest.advanceTimersByTime(180_000);
  expect(limited()).toEqual({ locked: false, tooManyLogins: false, tooManyUplinks: false });
  await bus.close();
});
