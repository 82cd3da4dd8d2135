import { createLogger } from './logger';
import { startApart } from './start-apart';

const log = createLogger({ name: 'test', level: 'silent' });
const options = () => {
  const told = new AbortController();
  return { told, apart: { config: { STARTUP_TIMEOUT_S: 60 }, log, signal: told.signal } };
};
/** What is closed, in order. */
const recorder = () => {
  const closed: string[] = [];
  return { closed, resource: (name: string) => ({ name, close: async () => void closed.push(name) }) };
};

describe('startApart', () => {
  test('waits for what is not there yet, and closes it after the app', async () => {
    const { closed, resource } = recorder();
    let tries = 0;
    const connect = async () => {
      if (++tries === 1) throw new Error('nothing listens there');
      return resource('database');
    };
    const running = await startApart(options().apart, async ({ available, own }) => {
      own('database', await available('PostgreSQL', connect));
      expect(own('bus', resource('bus')).name).toBe('bus');
      return { stop: async () => void closed.push('app') };
    });
    expect(tries).toBe(2);
    expect(closed).toEqual([]);
    await running.stop();
    expect(closed).toEqual(['app', 'bus', 'database']);
  });

  test('closes what it has when the start fails', async () => {
    const { closed, resource } = recorder();
    const starting = startApart(options().apart, async ({ own }) => {
      own('database', resource('database'));
      throw new Error('no port');
    });
    await expect(starting).rejects.toThrow('no port');
    expect(closed).toEqual(['database']);
  });

  test('goes on closing when one cannot be closed', async () => {
    const { closed, resource } = recorder();
    const running = await startApart(options().apart, async ({ own }) => {
      own('database', resource('database'));
      own('bus', { close: () => Promise.reject(new Error('stuck')) });
      return { stop: async () => undefined };
    });
    await running.stop();
    expect(closed).toEqual(['database']);
  });

  test('is told to end while it waits', async () => {
    const { closed, resource } = recorder();
    const { told, apart } = options();
    const reason = new Error('told to end');
    const starting = startApart(apart, async ({ own, available }) => {
      own('registry', resource('registry'));
      setImmediate(() => told.abort(reason));
      return available('NATS', () => new Promise<never>(() => {}));
    });
    await expect(starting).rejects.toBe(reason);
    expect(closed).toEqual(['registry']);
  });
});
