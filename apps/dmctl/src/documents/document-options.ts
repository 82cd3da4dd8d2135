/** Options of the commands that hold documents against the platform. */
import type { Command } from 'commander';
import { collect } from '../parse-options';

export interface DocumentOptions {
  readonly filename: readonly string[];
  readonly prune?: boolean;
}

export const withDocumentOptions = (command: Command): Command =>
  command
    .requiredOption(
      '-f, --filename <path>',
      'file or folder of documents, - for standard input; may be given again',
      collect,
    )
    .option('--prune', 'also delete definitions and list members that the documents lack; never products or devices');
