/** The fuzzing itself: change a known input, give it to the parser, keep it when something new came of it. */
import { seededRandom, type SeededRandom } from '@alink/testing';
import { changeBytes, changeText } from './change-text';
import type { FuzzTarget, Input } from './fuzz-target';
import { minimise, sizeOf } from './minimise';
import { endsWithin } from './watchdog';

/** Inputs that are kept to be changed further. */
const MAX_CORPUS = 2000;
/** Units by which an input may be longer than the longest seed and still be kept: longer ones are slow ones. */
const MAX_GROWTH = 500;
/** Changes to one input at most. */
const MAX_CHANGES = 4;
/** Milliseconds between looks at the clock's side: a batch of runs is watched as one. */
const BATCH_MS = 100;
/** Milliseconds for one input, with all that a busy machine may add; a parser needs microseconds. */
const INPUT_MS = 2000;

export interface Failure {
  readonly cause: string;
  /** As small as it fails for the same cause. */
  readonly input: Input;
}

export interface FuzzResult {
  readonly runs: number;
  /** Different outcomes that were seen. */
  readonly outcomes: number;
  readonly failure?: Failure;
}

export interface FuzzLimits {
  readonly seed: number;
  /** Stop after so many runs; without limit when absent. */
  readonly runs?: number;
  /** Milliseconds after which to stop. When given, a parser that does not end is a failure too. */
  readonly milliseconds?: number;
}

const changed = ({ words }: FuzzTarget, corpus: readonly Input[], random: SeededRandom): Input => {
  const input: Record<string, Input[string]> = { ...random.pick(corpus) };
  const names = Object.keys(input);
  for (let n = random.int(1, MAX_CHANGES); n > 0; n--) {
    const name = random.pick(names);
    const part = input[name]!;
    const other = random.pick(corpus)[random.next() < 0.9 ? name : random.pick(names)]!;
    input[name] =
      typeof part === 'string'
        ? changeText(part, typeof other === 'string' ? other : '', words, random)
        : changeBytes(part, typeof other === 'string' ? Buffer.from(other) : other, words, random);
  }
  return input;
};

/** Runs a target from its seed; the same seed and number of runs is the same sequence of inputs. */
export const runTarget = (target: FuzzTarget, { seed, runs: mostRuns, milliseconds }: FuzzLimits): FuzzResult => {
  const random = seededRandom(seed);
  const corpus = [...target.seeds];
  const maxSize = Math.max(...target.seeds.map(sizeOf)) + MAX_GROWTH;
  const outcomes = new Set<string>();
  let runs = 0;
  let input = corpus[0]!;

  const step = (): void => {
    input = runs < target.seeds.length ? target.seeds[runs]! : changed(target, corpus, random);
    runs += 1;
    const outcome = target.check(input);
    if (outcomes.has(outcome)) return;
    outcomes.add(outcome);
    if (runs > target.seeds.length && corpus.length < MAX_CORPUS && sizeOf(input) <= maxSize) corpus.push(input);
  };
  const isOver = (since: number, limit: number): boolean => performance.now() - since >= limit;

  const began = performance.now();
  try {
    if (milliseconds === undefined) while (runs < (mostRuns ?? Infinity)) step();
    else {
      while (!isOver(began, milliseconds) && runs < (mostRuns ?? Infinity)) {
        const batch = (): void => {
          for (const since = performance.now(); !isOver(since, BATCH_MS) && runs < (mostRuns ?? Infinity);) step();
        };
        // One that is slow once may have met a busy machine.
        if (!endsWithin(INPUT_MS, batch) && !endsAlone(target, input)) {
          return { runs, outcomes: outcomes.size, failure: slowFailure(target, input) };
        }
      }
    }
  } catch (error) {
    return { runs, outcomes: outcomes.size, failure: failureOf(target, input, error) };
  }
  return { runs, outcomes: outcomes.size };
};

const causeOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Without what changes with every input: a failure stays the same one while its input shrinks. */
const kindOf = (error: unknown): string => causeOf(error).slice(0, 60).replace(/\d+/g, '#');

const failureOf = (target: FuzzTarget, input: Input, error: unknown): Failure => {
  const kind = kindOf(error);
  let cause = error;
  const smallest = minimise(input, (candidate) => {
    try {
      target.check(candidate);
    } catch (found) {
      if (kindOf(found) !== kind) return false;
      cause = found;
      return true;
    }
    return false;
  });
  return { cause: cause instanceof Error ? (cause.stack ?? causeOf(cause)) : causeOf(cause), input: smallest };
};

const endsAlone = (target: FuzzTarget, input: Input, milliseconds = INPUT_MS): boolean =>
  endsWithin(milliseconds, () => void target.check(input));

const slowFailure = (target: FuzzTarget, input: Input): Failure => ({
  cause: `takes longer than ${INPUT_MS} ms`,
  input: minimise(input, (candidate) => {
    try {
      return !endsAlone(target, candidate, INPUT_MS / 4);
    } catch {
      return false;
    }
  }),
});
