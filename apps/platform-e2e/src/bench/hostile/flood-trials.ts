/** Twenty devices that are let in send floods, while others report ten times a second and wait for their replies. */
import { readProcessTable, ticksOfTree, TICK_US } from '../measure/process-table';
import { quantile } from '../results/statistics';
import { say } from '../say';
import type { PlatformSubject } from '../subjects/platform';
import { FLOOD_NAMES, FLOODS, type FloodName } from './floods';
import { GOOD_DEVICES, HOSTILE_DEVICES, killAndStart, nodeOf, type HostileBench, type Trial } from './trial';

/** Milliseconds from an answer to the next report of a device. */
const REPORT_PAUSE_MS = 100;
const HEALTH_EVERY_MS = 100;
/** What stands for a time where no answer came for as long as the generator waits, or the node was gone. */
const NO_ANSWER_MS = 30_000;

/** Asks for the health of the node's HTTP port again and again. @returns a function that ends it and gives the times, ms */
const watchHealth = ({ platform }: PlatformSubject): (() => Promise<number[]>) => {
  const times: number[] = [];
  let isOver = false;
  const work = (async () => {
    while (!isOver) {
      const asked = performance.now();
      try {
        await (await fetch(`http://127.0.0.1:${platform.ports.nodeHttp}/healthz`)).text();
        times.push(performance.now() - asked);
      } catch {
        times.push(NO_ANSWER_MS);
      }
      await new Promise((resolve) => setTimeout(resolve, HEALTH_EVERY_MS));
    }
  })();
  return async () => {
    isOver = true;
    await work;
    return times;
  };
};

const processorUs = (pid: number): number => {
  const table = readProcessTable();
  return table ? ticksOfTree(table, pid) * TICK_US : NaN;
};

/** Times the good devices while whatever was begun goes on. */
const timeOthers = async (subject: PlatformSubject, { generator, sizes }: HostileBench) => {
  const node = nodeOf(subject);
  const loggedBefore = node.printed;
  const usedBefore = processorUs(node.pid);
  const began = performance.now();
  const endHealth = watchHealth(subject);
  const { runUpMs, timedMs } = sizes;
  const { p50, p99 } = await generator.report({
    window: 1,
    awaitReply: true,
    runUpMs,
    timedMs,
    pauseMs: REPORT_PAUSE_MS,
  });
  const health = await endHealth();
  const seconds = (performance.now() - began) / 1000;
  return {
    p50,
    p99,
    health: quantile(health, 1),
    share: (processorUs(node.pid) - usedBefore) / seconds / 10_000,
    log: (node.printed - loggedBefore) / seconds / 1000,
  };
};

const floodTrial = (flood: FloodName | undefined): Trial => {
  const of = flood ? FLOODS[flood] : 'nothing hostile';
  return {
    name: flood ?? 'quiet',
    figures: [
      { key: 'p50', what: `${of}: PUBLISH to reply of others, p50`, unit: 'ms' },
      { key: 'p99', what: `${of}: PUBLISH to reply of others, p99`, unit: 'ms' },
      { key: 'health', what: `${of}: /healthz, longest`, unit: 'ms' },
      { key: 'share', what: `${of}: processor of the node`, unit: '%' },
      { key: 'log', what: `${of}: log of the node`, unit: 'kB/s' },
    ],
    run: async (subject, bench) => {
      const { generator, attacker } = bench;
      await generator.prepare(GOOD_DEVICES, 1024);
      await generator.connect(subject.port);
      if (flood) await attacker.order({ act: 'flood', port: subject.port, devices: HOSTILE_DEVICES, flood });
      const timed = await timeOthers(subject, bench).catch((error: Error) => {
        say(`${of}: ${error.message}`);
        return undefined;
      });
      await attacker.order({ act: 'end' });
      if (!timed) await killAndStart(subject);
      await generator.disconnect();
      return timed ?? { p50: NO_ANSWER_MS, p99: NO_ANSWER_MS, health: NO_ANSWER_MS, share: 100, log: NaN };
    },
  };
};

export const floodTrials: readonly Trial[] = [undefined, ...FLOOD_NAMES].map(floodTrial);
