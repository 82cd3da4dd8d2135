/** Does what a plan says, one step after the other. */
import type { Platform } from '../platform';
import type { Reporter } from '../reporter';
import type { Step } from './plan';

export interface Applied {
  /** Steps that were done, of those that changed something. */
  readonly done: readonly Step[];
  /** What ended it early. */
  readonly broken?: { readonly step: Step; readonly failure: unknown };
  /** Steps that were not begun. */
  readonly left: readonly Step[];
}

/**
 * Carries a plan out, in the order of dependence. At the first failure it ends: what comes later may need what failed, and
 * the same documents go on from there.
 * @param prune as it was planned
 * @param tell hears of each step that is done
 */
export const applySteps = async (
  platform: Platform,
  steps: readonly Step[],
  prune: boolean,
  reporter: Reporter,
  tell: (step: Step) => void,
): Promise<Applied> => {
  const open = steps.filter(({ verb }) => verb !== 'keep');
  const settling = open.filter(({ resource: { kind } }) => kind.settle);
  const total = open.length + settling.length;
  const done: Step[] = [];
  for (const [index, step] of open.entries()) {
    const { kind } = step.resource;
    try {
      if (step.before) await kind.change(platform, step.before, step.after);
      else await kind.create(platform, step.after, prune);
    } catch (failure) {
      return { done, broken: { step, failure }, left: open.slice(index + 1) };
    }
    done.push(step);
    tell(step);
    reporter.progress({ done: done.length, total });
  }
  for (const step of settling) {
    try {
      await step.resource.kind.settle?.(platform, step.before, step.after);
    } catch (failure) {
      return { done: done.filter((each) => each !== step), broken: { step, failure }, left: [] };
    }
  }
  return { done, left: [] };
};
