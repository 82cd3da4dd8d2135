/**
 * A whole fleet that comes back at once, against the running platform with its limits as they are by default. Each device
 * behaves as the Link SDK for C 4.x does by default: it waits 10 s for its CONNACK, and 2 s before it tries again
 * (aiot_mqtt_api.c).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Platform, PRODUCT } from '../platform';
import { DeviceConnection, NoAnswerError, type Dialling } from './device-connection';
import { createDevices, credentialsOf } from './devices';
import { residentBytes } from './loads';
import { quantile } from './statistics';
import { printTable } from './table';

const FLEET = 20_000;
/** Behind one NAT: a system has some 28,000 ports for connections from one address to another, and keeps used ones for a while. */
const NAT_FLEET = 10_000;
const TLS_FLEET = 2000;
const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MS = 2000;
/** Addresses that a spread fleet comes from; all of 127.0.0.0/8 is this machine on Linux, elsewhere one address is. */
const ADDRESSES = process.platform === 'linux' ? 20 : 1;
/** File descriptors that a process needs besides its connections. */
const SPARE_DESCRIPTORS = 300;
/** Connections under way at once while the fleet connects for the first time. */
const FIRST_WINDOW = 64;

interface Scenario {
  readonly what: string;
  readonly count: number;
  readonly tls: boolean;
  readonly addresses: number;
  /** How the fleet loses its connections. */
  readonly loss: 'gateway killed' | 'network gone';
}

/** What one device lived through. */
interface Return {
  readonly connection: DeviceConnection;
  /** Milliseconds until it was back. */
  readonly tookMs: number;
  readonly timeouts: number;
  readonly refusals: number;
}

/** @param devices how many there are, as far as the system lets a process have connections */
export const runReconnect = async (devices = FLEET): Promise<void> => {
  const fleet = fleetSize(devices);
  const platform = await Platform.start({
    // As by default: the tests' own settings are taken back.
    env: { LOG_LEVEL: 'info', CONNECTS_PER_MINUTE_PER_DEVICE: '30', LOGIN_FAILURES_PER_MINUTE: '10' },
  });
  try {
    await platform.createProduct(PRODUCT);
    say(`creating ${fleet} devices`);
    await createDevices(platform, fleet);
    const spread = { count: fleet, tls: false, addresses: ADDRESSES };
    const scenarios: Scenario[] = [
      { ...spread, what: 'TCP, gateway killed and started', loss: 'gateway killed' },
      { ...spread, what: 'TCP, network gone', loss: 'network gone' },
      {
        what: 'TCP, network gone, one address (NAT)',
        count: Math.min(NAT_FLEET, fleet),
        tls: false,
        addresses: 1,
        loss: 'network gone',
      },
      {
        what: 'TLS, gateway killed and started',
        count: Math.min(TLS_FLEET, fleet),
        tls: true,
        addresses: ADDRESSES,
        loss: 'gateway killed',
      },
    ];
    const rows: string[][] = [];
    for (const scenario of scenarios) {
      const row = await measure(platform, scenario);
      rows.push(row);
      say(row.join('  '));
    }
    printTable([
      ['what', 'devices', 'all back', 'p50', 'p99', 'timed out once', 'twice', 'refused', 'gateway before', 'peak'],
      ...rows,
    ]);
  } finally {
    await platform.stop();
  }
};

/** As many as this process and the gateway may hold. */
const fleetSize = (wanted: number): number => {
  const report = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files: { readonly soft: number | 'unlimited' } };
  };
  const soft = Number(report.userLimits?.open_files.soft);
  const most = Number.isNaN(soft) ? Infinity : soft - SPARE_DESCRIPTORS;
  if (most < wanted) {
    say(`a process may open ${soft} files here: ${most} connections instead of ${wanted}; raise it with ulimit -n`);
  }
  return Math.min(wanted, most);
};

const measure = async (platform: Platform, { what, count, tls, addresses, loss }: Scenario): Promise<string[]> => {
  const port = tls ? platform.ports.mqttTls : platform.ports.mqtt;
  const dialling = (n: number): Dialling => ({
    tls,
    ...(addresses > 1 && { localAddress: `127.0.1.${1 + (n % addresses)}` }),
  });
  const first = await inWindow(count, (n) => DeviceConnection.open(port, credentialsOf(n), dialling(n)));
  await pause(3000);
  const before = residentBytes(platform.app('protocol-aliyun-mqtt').pid);
  if (loss === 'gateway killed') await platform.stopApp('protocol-aliyun-mqtt', 'SIGKILL');
  await Promise.all(first.map((connection) => connection.reset()));
  if (loss === 'gateway killed') await platform.startApp('protocol-aliyun-mqtt');
  else await nobodyIsLeft(platform);

  const { pid } = platform.app('protocol-aliyun-mqtt');
  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), 200);
  const began = performance.now();
  const returns = await Promise.all(Array.from({ length: count }, (_, n) => comeBack(port, n, dialling(n), began)));
  clearInterval(sampling);
  const times = returns.map(({ tookMs }) => tookMs);
  const timedOut = (often: (n: number) => boolean): string =>
    String(returns.filter(({ timeouts }) => often(timeouts)).length);
  await Promise.all(returns.map(({ connection }) => connection.reset()));
  await nobodyIsLeft(platform);
  return [
    what,
    String(count),
    seconds(Math.max(...times)),
    seconds(quantile(times, 0.5)),
    seconds(quantile(times, 0.99)),
    timedOut((n) => n === 1),
    timedOut((n) => n > 1),
    String(returns.reduce((sum, { refusals }) => sum + refusals, 0)),
    mebibytes(before),
    mebibytes(peak),
  ];
};

/** One device tries until it is back. */
const comeBack = async (port: number, n: number, dialling: Dialling, began: number): Promise<Return> => {
  let timeouts = 0;
  let refusals = 0;
  for (;;) {
    try {
      const options = { ...dialling, timeoutMs: CONNECT_TIMEOUT_MS };
      const connection = await DeviceConnection.open(port, credentialsOf(n), options);
      return { connection, tookMs: performance.now() - began, timeouts, refusals };
    } catch (error) {
      if (error instanceof NoAnswerError) timeouts += 1;
      else refusals += 1;
      await pause(RETRY_MS);
    }
  }
};

/** Waits until the gateway holds no session. */
const nobodyIsLeft = async (platform: Platform): Promise<void> => {
  for (;;) {
    const text = await (await fetch(`http://127.0.0.1:${platform.ports.gatewayHttp}/metrics`)).text();
    if (/^alink_gateway_sessions\{[^}]*\} 0$/m.test(text)) return;
    await pause(200);
  }
};

const inWindow = async <T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> => {
  const done: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: FIRST_WINDOW }, async () => {
      while (next < count) done.push(await act(next++));
    }),
  );
  return done;
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const say = (text: string): void => void process.stderr.write(`${text}\n`);
