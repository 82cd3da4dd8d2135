import { createLogger } from './logger';
import { createMetrics } from './metrics';
import { startOpsHttp, type OpsHttp, type OpsHttpOptions } from './ops-http';
import { StartError } from './start-error';

const log = createLogger({ name: 'test', level: 'silent' });
const running: OpsHttp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

const start = async (options: Partial<OpsHttpOptions> = {}) => {
  const server = await startOpsHttp({
    host: '127.0.0.1',
    port: 0,
    metrics: createMetrics('test'),
    ready: () => true,
    portVariable: 'OPS_PORT',
    log,
    ...options,
  });
  running.push(server);
  return { server, get: (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${server.port}${path}`, init) };
};

describe('startOpsHttp', () => {
  test('health, readiness and metrics', async () => {
    const metrics = createMetrics('gateway');
    metrics.counter('reports_total', 'Reports', ['kind']).inc({ kind: 'property' }, 3);
    metrics.gauge('sessions', 'Sessions', [], () => 7);
    metrics.histogram('answer_seconds', 'Answers').observe(0.02);
    let ready: boolean | string = false;
    const { get } = await start({ metrics, ready: () => ready });

    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    ready = 'NATS, reports';
    const refused = await get('/readyz');
    expect(refused.status).toBe(503);
    expect(await refused.text()).toBe('not ready: NATS, reports\n');
    ready = true;
    expect((await get('/readyz?x=1')).status).toBe(200);
    const text = await (await get('/metrics')).text();
    expect(text).toContain('reports_total{kind="property",service="gateway"} 3');
    expect(text).toContain('sessions{service="gateway"} 7');
    expect(text).toContain('answer_seconds_bucket{le="0.025",service="gateway"} 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('more routes, by method and path', async () => {
    const { get } = await start({
      extra: {
        'POST /echo': async (request, response) => {
          for await (const chunk of request) response.write(chunk);
          response.end();
        },
        'GET /broken': () => Promise.reject(new Error('inner words')),
      },
    });
    expect(await (await get('/echo', { method: 'POST', body: 'hello' })).text()).toBe('hello');
    expect((await get('/echo')).status).toBe(404);
    expect((await get('/nothing')).status).toBe(404);
    const broken = await get('/broken');
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('inner words');
  });

  test('a port in use is told with the variable that moves it', async () => {
    const { server } = await start();
    const second = start({ port: server.port });
    await expect(second).rejects.toBeInstanceOf(StartError);
    await expect(second).rejects.toThrow(`port ${server.port} is already in use; set OPS_PORT to a free one`);
  });
});
