/** Options of the commands that show a page of a log, newest first. */
import type { Command } from 'commander';
import type { Io } from './io';
import { parseLimit, parseMoment, parsePage } from './parse-options';

export interface LogPage {
  /** Unix milliseconds. */
  readonly since?: number;
  readonly limit: number;
  readonly page: number;
}

/** Adds `--since`, `--limit` and `--page`. */
export const withLogPage = (command: Command, io: Io): Command =>
  command
    .option('--since <moment>', '10m, 2h, 7d ago, an ISO date, or unix milliseconds', parseMoment(io.now))
    .option('--limit <n>', 'rows of a page', parseLimit, 50)
    .option('--page <n>', 'from 1', parsePage, 1);
