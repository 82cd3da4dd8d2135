/** How fast one gateway device logs its sub-devices in, one in a message and 50. */
import { setTimeout as pause } from 'node:timers/promises';
import { ProcessorClock, untilQuiet, type ProcessorTime } from '../measure/processor-time';
import { spreadOf } from '../results/statistics';
import { formatTable } from '../results/table';
import { say } from '../say';
import type { GatewayBench } from './bench';
import { spreadText, together } from './figures';
import { SUB_DEVICES } from './gateway-devices';

interface Way {
  readonly what: string;
  readonly atOnce: number;
  readonly window: number;
}

const WAYS: readonly Way[] = [
  { what: 'login, one after the other', atOnce: 1, window: 1 },
  { what: 'login, 64 under way', atOnce: 1, window: 64 },
  { what: 'batch_login of 50, one after the other', atOnce: 50, window: 1 },
];

interface Round {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds from the first login until dm takes all for online. */
  readonly onlineMs: number;
  readonly processor: ProcessorTime | undefined;
}

/** @returns a table */
export const measureLogins = async (bench: GatewayBench): Promise<string> => {
  const { gateway, subject, sizes, rounds } = bench;
  await gateway.prepareGateway(0, sizes.subDevices, sizes.subDevices);
  await gateway.connect(subject.port);
  const rows: string[][] = [];
  for (const way of WAYS) {
    const measured: Round[] = [];
    for (let round = 0; round <= rounds; round++) {
      const result = await measureOnce(bench, way);
      say(`${way.what}, ${round === 0 ? 'warm-up' : `round ${round}`}: ${result.perSecond.toFixed(0)} logins/s`);
      if (round > 0) measured.push(result);
    }
    const cell = (of: (round: Round) => number | undefined): string =>
      spreadText(spreadOf(measured.map((round) => of(round) ?? NaN)));
    rows.push([
      way.what,
      cell(({ perSecond }) => perSecond),
      cell(({ p50 }) => p50),
      cell(({ p99 }) => p99),
      cell(({ onlineMs }) => onlineMs),
      cell(({ processor }) => processor?.broker),
      cell(({ processor }) => together(processor)),
    ]);
  }
  await gateway.disconnect();
  await untilQuiet(subject);
  const head = [
    '',
    'sub-devices/s',
    'answer p50, ms',
    'p99, ms',
    'all online in dm, ms',
    'node, us each',
    'all, us each',
  ];
  return formatTable([head, ...rows]);
};

const measureOnce = async ({ gateway, subject, online, sizes }: GatewayBench, way: Way): Promise<Round> => {
  const began = performance.now();
  const clock = new ProcessorClock(subject, gateway.pid);
  const { perSecond, p50, p99, connected } = await gateway.logIn(way);
  while ((await online.count(SUB_DEVICES)) < sizes.subDevices) await pause(20);
  const onlineMs = performance.now() - began;
  const processor = await clock.stop(connected);
  await gateway.logOut();
  while ((await online.count(SUB_DEVICES)) > 0) await pause(20);
  await untilQuiet(subject);
  return { perSecond, p50, p99, onlineMs, processor };
};
