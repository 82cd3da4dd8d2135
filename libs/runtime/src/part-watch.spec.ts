import { PartWatch } from './part-watch';

let fault: string | undefined;
let hangs = false;
let looks = 0;
const database = {
  name: 'PostgreSQL',
  isNeeded: true,
  check: async () => {
    looks += 1;
    if (hangs) await new Promise(() => undefined);
    if (fault) throw new Error(fault);
    return { rows: looks };
  },
};
const registry = { name: 'etcd', isNeeded: false, check: () => Promise.reject(new Error('gone')) };
beforeEach(() => {
  fault = undefined;
  hangs = false;
  looks = 0;
});

test('tells what is down, since when and why, and of what the app can do without too', async () => {
  const watch = new PartWatch([database, registry]);
  await watch.look();
  expect(watch.ready).toBe(true);
  expect(watch.states).toMatchObject([
    { name: 'PostgreSQL', isUp: true, cause: '', facts: { rows: 1 } },
    { name: 'etcd', isUp: false, cause: 'gone' },
  ]);
  fault = '\nInvalid call in\n\nconnection refused';
  const before = Date.now();
  await watch.look();
  expect(watch.ready).toBe('PostgreSQL');
  const [down] = watch.states;
  expect(down).toMatchObject({ isUp: false, cause: 'connection refused', facts: { rows: 1 } });
  expect(down!.since).toBeGreaterThanOrEqual(before);
  await watch.look();
  expect(watch.states[0]!.since).toBe(down!.since);
  fault = undefined;
  await watch.look();
  expect(watch.ready).toBe(true);
});

test('what hangs is down, and is asked once', async () => {
  const watch = new PartWatch([database], { timeoutMs: 20 });
  hangs = true;
  await watch.look();
  await watch.look();
  expect(watch.states[0]!.cause).toBe('no answer within 0.02 s');
  expect(looks).toBe(1);
});

test('it goes on looking until it is stopped, and is not ready from then on', async () => {
  const watch = new PartWatch([database], { everyMs: 5 });
  await watch.start();
  while (looks < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  watch.stop();
  expect(watch.ready).toBe('stopping');
});
