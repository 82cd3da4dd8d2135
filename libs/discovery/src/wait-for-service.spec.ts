import { PATIENCE_MS } from '@alink/testing';
import { createMemoryRegistry } from './memory-registry';
import { waitForService } from './wait-for-service';

test('returns when each service is registered', async () => {
  const registry = createMemoryRegistry();
  await registry.register('dm.rpc', 'a:1');
  const missing: (readonly string[])[] = [];
  const waiting = waitForService(registry, ['dm.rpc', 'timedjob.rpc'], {
    timeoutMs: PATIENCE_MS,
    onWaiting: (names) => {
      missing.push(names);
      void registry.register('timedjob.rpc', 'b:2');
    },
  });
  await waiting;
  expect(missing).toEqual([['timedjob.rpc (not registered)']]);
});

test('one instance that can be reached is enough, another one may be dead', async () => {
  const registry = createMemoryRegistry();
  await registry.register('dm.rpc', 'dead:1');
  await registry.register('dm.rpc', 'alive:2');
  const probe = (address: string) => (address === 'alive:2' ? Promise.resolve() : Promise.reject(new Error('refused')));
  await waitForService(registry, ['dm.rpc'], { timeoutMs: PATIENCE_MS, probe });
});

test('gives up with the names of what is missing and why', async () => {
  const registry = createMemoryRegistry();
  await registry.register('dm.rpc', 'dead:1');
  const waiting = waitForService(registry, ['dm.rpc', 'timedjob.rpc'], {
    timeoutMs: 50,
    probe: () => Promise.reject(new Error('refused')),
  });
  await expect(waiting).rejects.toThrow(
    'gave up after 0.05 s waiting for dm.rpc (registered at dead:1, but not reachable), timedjob.rpc (not registered)',
  );
});

test('a probe that never answers does not hold it up', async () => {
  const registry = createMemoryRegistry();
  await registry.register('dm.rpc', 'silent:1');
  const waiting = waitForService(registry, ['dm.rpc'], { timeoutMs: 50, probe: () => new Promise(() => undefined) });
  await expect(waiting).rejects.toThrow('dm.rpc (registered at silent:1, but not reachable)');
});

test('what was reachable is not called unreachable because time ran out during the next look', async () => {
  const registry = createMemoryRegistry();
  await registry.register('dm.rpc', 'slow:1');
  let looks = 0;
  const waiting = waitForService(registry, ['dm.rpc', 'timedjob.rpc'], {
    timeoutMs: 700,
    probe: () => (looks++ === 0 ? Promise.resolve() : new Promise(() => undefined)),
  });
  await expect(waiting).rejects.toThrow('gave up after 0.7 s waiting for timedjob.rpc (not registered)');
});

test('a registry that does not answer is told', async () => {
  const registry = createMemoryRegistry();
  const away = { ...registry, connected: false, watch: () => new Promise<never>(() => undefined) };
  const waiting = waitForService(away, ['dm.rpc'], { timeoutMs: 50 });
  await expect(waiting).rejects.toThrow('dm.rpc (the registry does not answer)');
});

test('ends early when told so', async () => {
  const stopping = new AbortController();
  const waiting = waitForService(createMemoryRegistry(), ['dm.rpc'], {
    timeoutMs: PATIENCE_MS,
    signal: stopping.signal,
    onWaiting: () => stopping.abort(new Error('stopping')),
  });
  await expect(waiting).rejects.toThrow('stopping');
});
