/** The log of standalone: a file, because the terminal belongs to the screen. */
import { mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createLogger, type Logger, type LogLevel } from '@alink/runtime';

/** Bytes from which the file is put aside at a start; one older file is kept. */
const ROTATE_BYTES = 16 * 1024 * 1024;

export interface LogFileOptions {
  readonly DATA_DIR: string;
  readonly LOG_LEVEL: LogLevel;
}

/** Whoever asks for this much wants to read along. */
const wantsToRead = (level: LogLevel): boolean => level === 'debug' || level === 'trace';

/** Where the lines go: the file, or undefined for standard error. */
export const logFile = ({ DATA_DIR, LOG_LEVEL }: LogFileOptions): string | undefined =>
  wantsToRead(LOG_LEVEL) ? undefined : join(DATA_DIR, 'standalone.log');

/** Opens it. Lines are JSON, written at once, so that the last ones before an end are there. */
export const openLog = (name: string, config: LogFileOptions): Logger => {
  const write = openTarget(logFile(config));
  return createLogger({ name, level: config.LOG_LEVEL, destination: { write } });
};

const openTarget = (file: string | undefined): ((line: string) => void) => {
  if (!file) return (line) => void process.stderr.write(line);
  mkdirSync(dirname(file), { recursive: true });
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > ROTATE_BYTES) renameSync(file, `${file}.1`);
  const descriptor = openSync(file, 'a', 0o600);
  return (line) => void writeSync(descriptor, line);
};
