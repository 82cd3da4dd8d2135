import type { Command } from 'commander';

/** Puts examples below a command's help. */
export const withExample = (command: Command, ...lines: string[]): Command =>
  command.addHelpText('after', `\nExample:\n${lines.map((line) => `  $ dmctl ${line}`).join('\n')}`);
