import { OperatorError } from '../operator-error';
import { kinds } from './kinds';
import { titleOf, type Resource } from './resource';

/**
 * Resources so that each comes behind what it needs: kind by kind, and within a kind as they are given where nothing else
 * is said. @throws {OperatorError} when some need each other
 */
export const inOrder = (resources: readonly Resource[]): Resource[] => {
  const byTitle = new Map(resources.map((resource) => [titleOf(resource), resource]));
  const ordered = new Set<Resource>();
  const place = (resource: Resource, below: readonly Resource[]): void => {
    if (ordered.has(resource)) return;
    if (below.includes(resource)) {
      const circle = [...below.slice(below.indexOf(resource)), resource].map(titleOf).join(', which needs ');
      throw new OperatorError('unusable', `${resource.where}: ${circle}`);
    }
    for (const { kind, id } of resource.kind.needs(resource.spec)) {
      const needed = byTitle.get(`${kind} ${id}`);
      if (needed) place(needed, [...below, resource]);
    }
    ordered.add(resource);
  };
  const byKind = [...resources].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
  for (const resource of byKind) place(resource, []);
  return [...ordered];
};
