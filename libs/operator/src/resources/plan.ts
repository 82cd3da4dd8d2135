/** What would have to be done, for the platform to be as documents describe it. */
import { isDeepStrictEqual } from 'node:util';
import { forEachAtOnce } from '../at-once';
import { OperatorError } from '../operator-error';
import type { Platform } from '../platform';
import type { Reporter } from '../reporter';
import { kinds } from './kinds';
import { titleOf, type Resource } from './resource';

export type Verb = 'create' | 'change' | 'keep';

export interface Step {
  readonly resource: Resource;
  readonly verb: Verb;
  /** As it is; undefined where it does not exist. */
  readonly before: object | undefined;
  /** As it is to become. */
  readonly after: object;
  /** What is there, the document lacks, and stays because nobody asked for pruning. */
  readonly left: readonly string[];
}

/**
 * Compares documents with a platform.
 * @param prune whether parts that are there and a document lacks go: definitions of a thing model, members of a list. No
 *   product, no device and no group goes for want of a document
 * @returns a step for each document, in their order
 * @throws {OperatorError} when one needs what neither is there nor has a document, or cannot become what it says
 */
export const planOf = async (
  platform: Platform,
  resources: readonly Resource[],
  prune: boolean,
  reporter: Reporter,
): Promise<Step[]> => {
  const steps = new Map<Resource, Step>();
  await forEachAtOnce(resources, async (resource) => {
    steps.set(resource, await stepOf(platform, resource, prune));
    reporter.progress({ done: steps.size, total: resources.length });
  });
  await requireNeeded(platform, resources);
  return resources.map((resource) => steps.get(resource)!);
};

const stepOf = async (platform: Platform, resource: Resource, prune: boolean): Promise<Step> => {
  const { kind, spec } = resource;
  const before = await kind.read(platform, spec);
  if (!before) return { resource, verb: 'create', before, after: spec, left: [] };
  const after = kind.merge ? kind.merge(before, spec, prune) : { ...before, ...spec };
  const fault = kind.fixed?.(before, after);
  if (fault) throw new OperatorError('unusable', `${resource.where}: ${titleOf(resource)} ${fault}`);
  const verb = isDeepStrictEqual(before, after) ? 'keep' : 'change';
  const left = prune ? [] : (kind.lacked?.(before, spec) ?? []);
  return { resource, verb, before, after, left };
};

/** Said before anything is done: half a folder is worse than none. */
const requireNeeded = async (platform: Platform, resources: readonly Resource[]): Promise<void> => {
  const known = new Set(resources.map(titleOf));
  for (const resource of resources) {
    for (const { kind: name, id } of resource.kind.needs(resource.spec)) {
      const title = `${name} ${id}`;
      if (known.has(title)) continue;
      const kind = kinds.find((each) => each.name === name);
      if (!(await kind?.exists?.(platform, id))) {
        const message = `${resource.where}: ${titleOf(resource)} needs ${title}, which neither exists nor has a document`;
        throw new OperatorError('unusable', message);
      }
      known.add(title);
    }
  }
};
