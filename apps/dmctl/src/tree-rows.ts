/** A tree as lines of a table: for people each name stands further in than the one above it. */

interface Node<T> {
  readonly name: string;
  readonly children: readonly T[];
}

/** @param columnsOf what stands beside the name @param indent put before a name once for each level; empty for none */
export const treeRows = <T extends Node<T>, Columns extends object>(
  nodes: readonly T[],
  columnsOf: (node: T) => Columns,
  indent: string,
  depth = 0,
): (Columns & { name: string; depth: number })[] =>
  nodes.flatMap((node) => [
    { ...columnsOf(node), name: `${indent.repeat(depth)}${node.name}`, depth },
    ...treeRows(node.children, columnsOf, indent, depth + 1),
  ]);
