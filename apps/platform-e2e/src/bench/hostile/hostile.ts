/** What hostile devices and strangers can do to others, with the limits as they are by default. */
import { basename } from 'node:path';
import { LoadGenerator } from '../generator/load-generator';
import { summarize, type LoadSummary } from '../results/summary';
import { figuresTable } from '../results/tables';
import { say } from '../say';
import { startPlatform, type PlatformSubject } from '../subjects/platform';
import { WorkerProcess } from '../worker-process';
import { ATTACKER, type AttackOrder } from './attacker-orders';
import { floodTrials } from './flood-trials';
import { litterTrial } from './litter-trial';
import { ALL_DEVICES, type HostileBench, type HostileSizes, type Trial } from './trial';
import { lockoutTrial, silentTrial, unfinishedTrials } from './way-in-trials';

export interface HostileOptions {
  /** Measured rounds. */
  readonly rounds: number;
  /** Small and one round, for a check that all of it still runs. */
  readonly quick: boolean;
  /** Root of another built checkout, whose platform is measured in the same turns. */
  readonly beside?: string;
}

const FULL: HostileSizes = { runUpMs: 2000, timedMs: 8000, unfinished: 3000, silentMs: 6000, litterConnections: 8 };
const QUICK: HostileSizes = { runUpMs: 300, timedMs: 700, unfinished: 300, silentMs: 1000, litterConnections: 1 };

const TRIALS: readonly Trial[] = [...floodTrials, silentTrial, ...unfinishedTrials, litterTrial, lockoutTrial];

export const runHostile = async ({ rounds, quick, beside }: HostileOptions): Promise<void> => {
  const generator = new LoadGenerator();
  const attacker = WorkerProcess.start<AttackOrder, void>(ATTACKER);
  const subjects: PlatformSubject[] = [];
  try {
    say('starting what hostile devices are let loose on');
    subjects.push(await startPlatform({ name: 'platform', devices: ALL_DEVICES, limited: true }));
    if (beside !== undefined) {
      const name = `beside: ${basename(beside)}`;
      subjects.push(await startPlatform({ name, devices: ALL_DEVICES, limited: true, root: beside }));
    }
    const bench = { generator, attacker, sizes: quick ? QUICK : FULL };
    const results: LoadSummary<string>[] = [];
    for (const trial of TRIALS) results.push(await inRounds(trial, subjects, bench, quick ? 1 : rounds));
    process.stdout.write(figuresTable(results));
  } finally {
    generator.stop();
    attacker.stop();
    for (const subject of subjects.reverse()) await subject.stop();
  }
};

/** The subjects take turns, so that what else the machine does meets each of them. */
const inRounds = async (
  { name, figures, run }: Trial,
  subjects: readonly PlatformSubject[],
  bench: HostileBench,
  rounds: number,
): Promise<LoadSummary<string>> => {
  const measured: { figures: Readonly<Record<string, number>> }[][] = subjects.map(() => []);
  for (let round = 1; round <= rounds; round++) {
    for (const [index, subject] of subjects.entries()) {
      const result = await run(subject, bench);
      measured[index]!.push({ figures: result });
      const inShort = Object.entries(result).map(([key, value]) => `${key} ${value.toFixed(1)}`);
      say(`${name}, round ${round}, ${subject.name}: ${inShort.join(', ')}`);
    }
  }
  return summarize({ name, figures, subjects }, measured);
};
