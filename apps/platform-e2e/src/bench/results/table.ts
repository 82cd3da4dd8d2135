/** A Markdown table whose columns are aligned, with an empty line behind it. */
export const formatTable = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |\n`;
  const [head, ...body] = rows;
  return `${line(head!)}${line(widths.map((width) => '-'.repeat(width)))}${body.map(line).join('')}\n`;
};
