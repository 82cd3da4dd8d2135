/** A whole fleet that comes back at once, against the running platform with its limits as they are by default. */
import { setTimeout as pause } from 'node:timers/promises';
import { Platform, PRODUCT, type NodePorts } from '../../platform';
import { createDevices } from '../devices';
import { residentBytes } from '../measure/resident-memory';
import { quantile } from '../results/statistics';
import { formatTable } from '../results/table';
import { say } from '../say';
import { Fleet } from './fleet';

const FLEET = 20_000;
/** Behind one NAT: a system has some 28,000 ports for connections from one address to another, and keeps used ones for a while. */
const NAT_FLEET = 10_000;
const TLS_FLEET = 2000;
/** Addresses that a spread fleet comes from; all of 127.0.0.0/8 is this machine on Linux, elsewhere one address is. */
const ADDRESSES = process.platform === 'linux' ? 20 : 1;
/** File descriptors that a process needs besides its connections. */
const SPARE_DESCRIPTORS = 300;
/** Descriptors of a node for a device that comes back: beside many a connection still stands the one that was given up. */
const NODE_DESCRIPTORS = 1.5;

interface Scenario {
  readonly what: string;
  readonly count: number;
  readonly tls: boolean;
  readonly addresses: number;
  readonly nodes: readonly NodePorts[];
  /** How the fleet loses its connections. */
  readonly loss: 'node killed' | 'network gone';
}

export const runReconnect = async (devices = FLEET): Promise<void> => {
  const platform = await Platform.start({
    // As by default: the tests' own settings are taken back.
    env: { LOG_LEVEL: 'info', CONNECTS_PER_MINUTE_PER_DEVICE: '30', LOGIN_FAILURES_PER_MINUTE: '10' },
  });
  const perProcess = openFiles() - SPARE_DESCRIPTORS;
  const fleet = Fleet.start(devices, perProcess);
  try {
    await platform.createProduct(PRODUCT);
    const first = platform.ports;
    const nodes: NodePorts[] = [first];
    while (nodes.length * perProcess < devices * NODE_DESCRIPTORS) nodes.push(await platform.startAnotherNode());
    say(`creating ${devices} devices for ${nodes.length} nodes`);
    await createDevices(platform, devices);
    const spread = { count: devices, tls: false, addresses: ADDRESSES, nodes };
    const scenarios: Scenario[] = [
      { ...spread, what: 'TCP, node killed and started', loss: 'node killed' },
      { ...spread, what: 'TCP, network gone', loss: 'network gone' },
      {
        what: 'TCP, network gone, one address (NAT)',
        count: Math.min(NAT_FLEET, devices),
        tls: false,
        addresses: 1,
        nodes: [first],
        loss: 'network gone',
      },
      {
        what: 'TLS, node killed and started',
        count: Math.min(TLS_FLEET, devices),
        tls: true,
        addresses: ADDRESSES,
        nodes: [first],
        loss: 'node killed',
      },
    ];
    const rows: string[][] = [];
    for (const scenario of scenarios) {
      const row = await measure(platform, fleet, scenario);
      rows.push(row);
      say(row.join('  '));
    }
    const table = formatTable([
      [
        'what',
        'devices',
        'nodes',
        'all back',
        'p50',
        'p99',
        'timed out once',
        'twice',
        'refused',
        'node before',
        'peak',
      ],
      ...rows,
    ]);
    process.stdout.write(table);
  } finally {
    fleet.stop();
    await platform.stop();
  }
};

/** Files that a process may open here. */
const openFiles = (): number => {
  const report = process.report.getReport() as unknown as {
    readonly userLimits?: { readonly open_files: { readonly soft: number | 'unlimited' } };
  };
  const soft = Number(report.userLimits?.open_files.soft);
  return Number.isNaN(soft) ? Infinity : soft;
};

const measure = async (platform: Platform, fleet: Fleet, scenario: Scenario): Promise<string[]> => {
  const { what, count, tls, addresses, nodes, loss } = scenario;
  const ports = nodes.map(({ mqtt, mqttTls }) => (tls ? mqttTls : mqtt));
  await fleet.connect(count, { ports, tls, addresses });
  await pause(3000);
  const memory = (): number => nodes.reduce((sum, node) => sum + residentBytes(platform.node(node).pid), 0);
  const before = memory();
  if (loss === 'node killed') await Promise.all(nodes.map((node) => platform.stopNode(node, 'SIGKILL')));
  await fleet.reset();
  if (loss === 'node killed') await Promise.all(nodes.map((node) => platform.startNode(node)));
  else await nobodyIsLeft(nodes);

  let peak = 0;
  const sampling = setInterval(() => (peak = Math.max(peak, memory())), 200);
  const returns = await fleet.comeBack();
  clearInterval(sampling);
  const times = returns.map(({ tookMs }) => tookMs);
  const timedOut = (often: (n: number) => boolean): string =>
    String(returns.filter(({ timeouts }) => often(timeouts)).length);
  await fleet.reset();
  await nobodyIsLeft(nodes);
  return [
    what,
    String(returns.length),
    String(nodes.length),
    seconds(times.reduce((most, time) => Math.max(most, time), 0)),
    seconds(quantile(times, 0.5)),
    seconds(quantile(times, 0.99)),
    timedOut((n) => n === 1),
    timedOut((n) => n > 1),
    String(returns.reduce((sum, { refusals }) => sum + refusals, 0)),
    mebibytes(before),
    mebibytes(peak),
  ];
};

/** Waits until the nodes hold no session. */
const nobodyIsLeft = async (nodes: readonly NodePorts[]): Promise<void> => {
  for (const { nodeHttp } of nodes) {
    for (;;) {
      const text = await (await fetch(`http://127.0.0.1:${nodeHttp}/metrics`)).text();
      if (/^alink_node_sessions\{[^}]*\} 0$/m.test(text)) break;
      await pause(200);
    }
  }
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
