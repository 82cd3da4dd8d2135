import { runTarget } from './run-target';
import { targets } from './targets';

/** Changed inputs for each target: enough to notice a parser that fell over, and a matter of a second or two. */
const RUNS = 400;

test('every target has a name of its own', () => {
  expect(new Set(targets.map(({ name }) => name)).size).toBe(targets.length);
});

describe.each(targets.map((target) => [target.name, target] as const))('%s', (_name, target) => {
  test('keeps its promises', () => {
    const { runs, failure } = runTarget(target, { seed: 1, runs: target.seeds.length + RUNS });
    expect(failure).toBeUndefined();
    expect(runs).toBe(target.seeds.length + RUNS);
  });

  test('tells its real inputs apart', () => {
    const outcomes = new Set(target.seeds.map((seed) => target.check(seed)));
    expect(outcomes.size).toBeGreaterThan(1);
  });
});
