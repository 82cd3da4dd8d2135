import { visibleJson } from '@alink/text';
import { pino, stdSerializers, type DestinationStream, type Logger as Pino } from 'pino';
import type { LogLevel } from './config-fields';
import { LogOutput, type LogTarget, type Loss } from './log-output';
import { maskSecrets, maskText } from './secret-masking';
import { standardOutput } from './standard-output';

export type Logger = Pino;

export interface LoggerOptions {
  /** The app; stands in every line. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where lines go; standard output when left out. Must not throw. */
  readonly destination?: DestinationStream;
}

const maskError = (error: Error): unknown => maskSecrets({ ...stdSerializers.err(error) });

/**
 * The logger of a process: JSON lines, in which fields with a secret's name are masked whatever their depth and case,
 * and so are passwords inside URLs and secrets inside JSON texts. People read them on terminals: what could steer one is
 * escaped.
 */
export const createLogger = ({ name, level, destination }: LoggerOptions): Logger => {
  const log = pino(
    {
      name,
      level,
      base: { name },
      timestamp: () => `,"time":"${isoTime()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: maskSecrets,
      },
      serializers: { err: maskError, error: maskError },
      // The last gate: whatever came through as text.
      hooks: { streamWrite: (line) => visibleJson(maskText(line)) },
    },
    destination ?? logOutput(name, standardOutput(1)),
  );
  // pino's formatters do not see the fields of a child; children inherit this method.
  const child = log.child;
  log.child = function (this: Logger, bindings, options) {
    return child.call(this, maskSecrets(bindings), options);
  } as typeof child;
  return log;
};

const isoTime = (ms = Date.now()): string => new Date(ms).toISOString();

/** As pino would write it. */
const gapLine =
  (name: string) =>
  ({ lines, since, cause }: Loss): string => {
    const fields = { level: 'warn', time: isoTime(), name, lines, since: isoTime(since), cause };
    return `${JSON.stringify({ ...fields, msg: 'lines of this log could not be written' })}\n`;
  };

/** Says it once on standard error, if that can be written. */
const sayOnStandardError = (line: string): void => {
  try {
    standardOutput(2).write(Buffer.from(line));
  } catch {
    // Then there is nobody to tell.
  }
};

/**
 * Where a logger's lines go. They are written at once, so that the last ones before an exit are there, and a target that
 * fails costs lines, never the process; standard error hears of it.
 */
export const logOutput = (name: string, target: LogTarget): LogOutput =>
  new LogOutput({
    target,
    gap: gapLine(name),
    onLoss: (cause) => sayOnStandardError(`${name}: the log cannot be written: ${cause}\n`),
  });

/** The logger of a process, which has one: its last lines go out before it ends. */
export const openProcessLog = (name: string, level: LogLevel, target: LogTarget): Logger => {
  const destination = logOutput(name, target);
  process.once('exit', () => destination.flushSync());
  return createLogger({ name, level, destination });
};

/** The logger of an app on standard output, at the level that its configuration gives. */
export const createRootLogger = (name: string, config: { readonly LOG_LEVEL: LogLevel }): Logger =>
  openProcessLog(name, config.LOG_LEVEL, standardOutput(1));

/** A logger whose lines name the part of the app that they come from. */
export const componentLogger = (log: Logger, component: string): Logger => log.child({ component });
