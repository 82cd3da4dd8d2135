/** A Markdown table whose columns are aligned. */
export const printTable = (rows: readonly (readonly string[])[]): void => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |\n`;
  const [head, ...body] = rows;
  process.stdout.write(line(head!) + line(widths.map((width) => '-'.repeat(width))) + body.map(line).join(''));
};
