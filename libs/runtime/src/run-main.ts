import type { LogLevel } from './config-fields';
import { describeConfig } from './config';
import { createRootLogger, type Logger } from './logger';
import type { Running } from './lifecycle';
import { maskText } from './secret-masking';
import { findStartError } from './start-error';

const NOT_STARTED = 'did not start';

export interface MainOptions<Config> {
  /** The app's name: stands in log lines and before errors. */
  readonly name: string;
  /** Reads the configuration: `() => loadConfig(schema, process.env)`. */
  readonly load: () => Config;
  /** Starts the app. The signal is aborted when the process is told to end before the start is through. */
  readonly start: (config: Config, log: Logger, signal: AbortSignal) => Promise<Running>;
  /** The logger to use; by default JSON lines on standard output at LOG_LEVEL. */
  readonly logger?: (name: string, config: Config) => Logger;
}

/** Milliseconds that an orderly end may take as a whole; afterwards the process exits with code 1. */
const END_TIMEOUT_MS = 30_000;

/** Milliseconds in which a second signal is the first one's echo: npm passes on a Ctrl-C that the terminal sent us too. */
const ECHO_MS = 300;

/**
 * The life of a process: configuration, start, wait for SIGINT or SIGTERM, orderly stop, exit.
 * Exit codes: 0 after an orderly stop, 1 after a failure, 130 when a second signal cuts the stop short.
 * A failure that the operator can mend (bad configuration, port in use) is one line on standard error, without a stack;
 * any other start that fails stands in the log, and its cause on standard error as the last line.
 */
export const runMain = async <Config extends { readonly LOG_LEVEL: LogLevel }>(
  options: MainOptions<Config>,
): Promise<void> => {
  const { name, load, start, logger = createRootLogger } = options;
  let log: Logger | undefined;
  const crash = (what: string) => (error: unknown) => {
    report(name, log, error, what);
    process.exit(1);
  };
  // Whoever read our output may have gone; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.on('uncaughtException', crash('uncaught exception'));
  process.on('unhandledRejection', crash('unhandled rejection'));

  const told = new AbortController();
  let toldAt = 0;
  const ended = new Promise<void>((resolve) => {
    const end = (signal: NodeJS.Signals) => {
      if (told.signal.aborted) {
        if (performance.now() - toldAt > ECHO_MS) process.exit(130);
        return;
      }
      toldAt = performance.now();
      log?.info({ signal }, 'stopping');
      told.abort();
      setTimeout(crash('stop'), END_TIMEOUT_MS, new Error(`no orderly end within ${END_TIMEOUT_MS / 1000} s`)).unref();
      resolve();
    };
    process.on('SIGINT', end);
    process.on('SIGTERM', end);
  });

  let running: Running;
  try {
    const config = load();
    log = logger(name, config);
    log.info({ config: describeConfig(config) }, 'configuration');
    running = await start(config, log, told.signal);
  } catch (error) {
    // A start that was told to end fails for that reason.
    if (told.signal.aborted) process.exit(0);
    return crash(NOT_STARTED)(error);
  }
  await ended;
  await running.stop().catch(crash('did not stop'));
  log.info('stopped');
  process.exit(0);
};

/** The message in one line. */
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).trim().split('\n')[0] ?? '';

const report = (name: string, log: Logger | undefined, error: unknown, what: string): void => {
  const known = findStartError(error);
  if (known) process.stderr.write(`${name}: ${known.message}\n`);
  else if (log) {
    log.fatal({ err: error }, what);
    if (what === NOT_STARTED) process.stderr.write(`${name}: ${maskText(firstLine(error))}\n`);
  } else process.stderr.write(`${name}: ${what}: ${error instanceof Error ? error.stack : String(error)}\n`);
};
