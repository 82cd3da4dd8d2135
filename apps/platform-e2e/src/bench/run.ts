/** Measures the platform beside aedes: all loads, each in rounds that take the subjects in turns. */
import { basename } from 'node:path';
import { LoadGenerator } from './generator/load-generator';
import { commandsLoad } from './loads/commands';
import { connectsLoad } from './loads/connects';
import type { Bench, Load, Measurement } from './loads/load';
import { memoryLoad } from './loads/memory';
import { MANY_AT_A_TIME, ONE_AT_A_TIME, reportsLoad } from './loads/reports';
import type { BenchOptions } from './options';
import { writeJsonFile } from './results/json-file';
import { summarize, type LoadSummary } from './results/summary';
import { costTable, figuresTable } from './results/tables';
import { say } from './say';
import { FULL, QUICK } from './sizes';
import { startAnsweringAedes, startBareAedes } from './subjects/aedes';
import { startPlatform, type PlatformSubject } from './subjects/platform';

const allLoads = (bench: Bench): Load[] => [
  connectsLoad(bench),
  reportsLoad(ONE_AT_A_TIME, bench),
  reportsLoad(MANY_AT_A_TIME, bench),
  commandsLoad(bench),
  memoryLoad(bench),
];

export const runBench = async (options: BenchOptions): Promise<void> => {
  const generator = new LoadGenerator();
  const started: { stop(): Promise<void> }[] = [];
  const start = async <S extends { stop(): Promise<void> }>(subject: Promise<S>): Promise<S> => {
    started.push(await subject);
    return subject;
  };
  try {
    const sizes = options.quick ? QUICK : FULL;
    say('starting');
    const devices = Math.max(sizes.connects, sizes.idleConnections);
    const platforms: PlatformSubject[] = [await start(startPlatform({ name: 'platform', devices }))];
    if (options.beside !== undefined) {
      const name = `beside: ${basename(options.beside)}`;
      platforms.push(await start(startPlatform({ name, devices, root: options.beside })));
    }
    const bareAedes = await start(startBareAedes());
    const answeringAedes = await start(startAnsweringAedes());
    const loads = allLoads({ generator, sizes, platforms, bareAedes, answeringAedes });
    const results: LoadSummary[] = [];
    for (const load of loads.filter(({ name }) => options.only.includes(name))) {
      results.push(summarize(load, await inTurns(load, options.rounds)));
    }
    process.stdout.write(`${figuresTable(results)}${costTable(results)}`);
    if (options.json !== undefined) writeJsonFile(options.json, options, results);
  } finally {
    generator.stop();
    for (const subject of started.reverse()) await subject.stop();
  }
};

/** All subjects in turns, so that what else the machine does meets each of them. @returns the rounds of each subject */
const inTurns = async (load: Load, rounds: number): Promise<Measurement[][]> => {
  const measurements: Measurement[][] = load.subjects.map(() => []);
  await load.prepare();
  for (let round = load.warmUp ? 0 : 1; round <= rounds; round++) {
    for (const [index, subject] of load.subjects.entries()) {
      const measurement = await load.measure(subject);
      say(`${load.name}, ${round === 0 ? 'warm-up' : `round ${round}`}, ${subject.name}: ${inShort(measurement)}`);
      if (round > 0) measurements[index]!.push(measurement);
    }
  }
  return measurements;
};

const inShort = ({ figures, processor = {} }: Measurement): string =>
  Object.entries({ ...figures, ...processor })
    .map(([key, value]) => `${key} ${value.toFixed(1)}`)
    .join(', ');
