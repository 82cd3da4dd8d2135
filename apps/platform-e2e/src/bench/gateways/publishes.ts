/**
 * What a publish of a sub-device costs against one of a device with a connection of its own: as many devices report the same, so
 * many under way in each, once over one connection and once over one for each.
 */
import { ProcessorClock, untilQuiet, type ProcessorTime } from '../measure/processor-time';
import type { LoadGenerator } from '../generator/load-generator';
import { VALUES_PER_REPORT } from '../generator/packets';
import { spreadOf } from '../results/statistics';
import { formatTable } from '../results/table';
import { say } from '../say';
import type { GatewayBench } from './bench';
import { spreadText, together } from './figures';

/** Reports that are under way at least, of all devices together: enough to keep the node busy. */
const LEAST_UNDER_WAY = 200;
/** Reports over one connection that are made beforehand, at least; they come round again. */
const LEAST_PREPARED = 1000;

interface Cost {
  readonly perSecond: number;
  readonly node: number;
  readonly all: number;
}

/** Devices of both kinds, in the same round. Both subscribe 16 filters for each device, as the Node SDK does. */
interface Pair {
  readonly sub: Cost;
  readonly own: Cost;
}

/** @returns a table */
export const measurePublishes = async (bench: GatewayBench): Promise<string> => {
  const rows: string[][] = [];
  for (const devices of bench.sizes.reporting) {
    const pairs = await measurePairs(bench, devices);
    const cell = (of: (pair: Pair) => number): string => spreadText(spreadOf(pairs.map(of)));
    rows.push([
      String(devices),
      cell(({ sub }) => sub.perSecond),
      cell(({ own }) => own.perSecond),
      cell(({ sub }) => sub.node),
      cell(({ own }) => own.node),
      cell(({ sub, own }) => sub.node / own.node),
      cell(({ sub }) => sub.all),
      cell(({ own }) => own.all),
      cell(({ sub, own }) => sub.all / own.all),
    ]);
  }
  const head = [
    'devices',
    'sub-devices, 1/s',
    'own connections, 1/s',
    'node, us: sub-device',
    'own',
    'ratio',
    'all, us: sub-device',
    'own',
    'ratio',
  ];
  return formatTable([head, ...rows]);
};

const measurePairs = async (bench: GatewayBench, devices: number): Promise<Pair[]> => {
  const { gateway, alone, subject, rounds } = bench;
  const window = Math.ceil(LEAST_UNDER_WAY / devices);
  const each = Math.max(window, Math.ceil(LEAST_PREPARED / devices), 2);
  await gateway.prepareGateway(0, devices, devices * each);
  await alone.prepare(devices, each, true);
  await Promise.all([gateway.connect(subject.port), alone.connect(subject.port)]);
  await gateway.logIn({ atOnce: 50, window: 4 });
  const { filters, perSecond } = await gateway.subscribe();
  say(`${devices} sub-devices: ${filters} filters over one connection, ${perSecond.toFixed(0)} a second`);
  await alone.subscribe();
  await untilQuiet(subject);
  const pairs: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    const sub = await measureCost(bench, gateway, devices * window);
    const own = await measureCost(bench, alone, window);
    const name = round === 0 ? 'warm-up' : `round ${round}`;
    say(
      `${devices} devices, ${name}: ${sub.node.toFixed(1)} us of the node, own connections ${own.node.toFixed(1)} us`,
    );
    if (round > 0) pairs.push({ sub, own });
  }
  await Promise.all([gateway.disconnect(), alone.disconnect()]);
  await untilQuiet(subject);
  return pairs;
};

/** @param window reports of each connection that are under way */
const measureCost = async (
  { subject, sizes }: GatewayBench,
  generator: LoadGenerator,
  window: number,
): Promise<Cost> => {
  const keptReports = subject.keptReports!;
  const keptBefore = await keptReports.count();
  const clock = new ProcessorClock(subject, generator.pid);
  const { runUpMs, timedMs } = sizes;
  const { perSecond, done } = await generator.report({ window, awaitReply: true, runUpMs, timedMs });
  await keptReports.until(keptBefore + done * VALUES_PER_REPORT);
  const time: ProcessorTime | undefined = await clock.stop(done);
  return { perSecond, node: time?.broker ?? NaN, all: together(time) ?? NaN };
};
