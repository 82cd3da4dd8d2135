/** Rows between two looks at the database: what a node writes to devices in some milliseconds. */
export const WAVE = 500;

/**
 * Rows of a table that may be long, wave by wave in the order of their ids.
 * @param rowsAfter at most {@link WAVE} of those whose ids come after this one
 */
export async function* waves<Row extends { readonly id: bigint }>(
  rowsAfter: (id: bigint) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let last: Row | undefined; ;) {
    const wave = await rowsAfter(last?.id ?? 0n);
    last = wave.at(-1);
    if (!last) return;
    yield wave;
  }
}
