/** Trees out of rows that name the one above them. */

interface Node {
  readonly id: string;
  readonly parentID: string;
}

/** The node with all that stand below it, in the order in which they come. */
export const treeOf = <T extends Node>(top: T, below: readonly T[]): T & { readonly children: T[] } => {
  const byParent = new Map<string, T[]>();
  for (const node of below) {
    const siblings = byParent.get(node.parentID);
    if (siblings) siblings.push(node);
    else byParent.set(node.parentID, [node]);
  }
  const grown = (node: T): T & { readonly children: T[] } => ({
    ...node,
    children: (byParent.get(node.id) ?? []).map(grown),
  });
  return grown(top);
};
