import { PATIENCE_MS } from '@alink/testing';
import { createLogger } from './logger';
import { StartError } from './start-error';
import { untilAvailable } from './until-available';

const recorder = () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
  return { lines, log };
};

describe('untilAvailable', () => {
  test('tries until it is there, and logs a reason once', async () => {
    const { lines, log } = recorder();
    let tries = 0;
    const attempt = async () => {
      if (++tries < 3) throw new Error('nothing listens there');
      return 'connection';
    };
    expect(await untilAvailable('PostgreSQL', attempt, { timeoutMs: PATIENCE_MS, log })).toBe('connection');
    expect(tries).toBe(3);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('nothing listens there');
  });

  test('gives up with the last reason', async () => {
    const { log } = recorder();
    const attempt = () => Promise.reject(new Error('nothing listens there'));
    const given = untilAvailable('PostgreSQL', attempt, { timeoutMs: 100, log });
    await expect(given).rejects.toBeInstanceOf(StartError);
    await expect(given).rejects.toThrow('PostgreSQL was not available within 0 s: nothing listens there');
  });

  test('gives up on a try that never ends', async () => {
    const { log } = recorder();
    const given = untilAvailable('etcd', () => new Promise(() => {}), { timeoutMs: 50, log });
    await expect(given).rejects.toThrow('etcd was not available within 0 s: no answer');
  });

  test('ends early when told', async () => {
    const { log } = recorder();
    const told = new AbortController();
    const reason = new Error('told to end');
    const attempt = () => Promise.reject(new Error('away'));
    const given = untilAvailable('etcd', attempt, { timeoutMs: PATIENCE_MS, log, signal: told.signal });
    setImmediate(() => told.abort(reason));
    await expect(given).rejects.toMatchObject({ name: 'AbortError' });
    const late = untilAvailable('etcd', attempt, { timeoutMs: PATIENCE_MS, log, signal: told.signal });
    await expect(late).rejects.toBe(reason);
  });

  test('ends early also during a try that never ends', async () => {
    const { log, lines } = recorder();
    const told = new AbortController();
    const reason = new Error('told to end');
    const endless = () => new Promise(() => {});
    const given = untilAvailable('NATS', endless, { timeoutMs: 3_600_000, log, signal: told.signal });
    setImmediate(() => told.abort(reason));
    await expect(given).rejects.toBe(reason);
    expect(lines).toEqual([]);
  });
});
