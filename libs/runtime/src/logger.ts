import {
  destination as openDestination,
  pino,
  stdSerializers,
  type DestinationStream,
  type Logger as Pino,
} from 'pino';
import { visibleJson } from '@alink/text';
import type { LogLevel } from './config-fields';
import { maskSecrets, maskText } from './secret-masking';

export type Logger = Pino;

export interface LoggerOptions {
  /** The app; stands in every line. */
  readonly name: string;
  readonly level: LogLevel;
  /** Where lines go; standard output when left out. */
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
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: label }),
        log: maskSecrets,
      },
      serializers: { err: maskError, error: maskError },
      // The last gate: whatever came through as text.
      hooks: { streamWrite: (line) => visibleJson(maskText(line)) },
    },
    // Synchronous, so that the last line before an exit is never lost.
    destination ?? openDestination({ dest: 1, sync: true }),
  );
  // pino's formatters do not see the fields of a child; children inherit this method.
  const child = log.child;
  log.child = function (this: Logger, bindings, options) {
    return child.call(this, maskSecrets(bindings), options);
  } as typeof child;
  return log;
};

/** The logger of an app at the level that its configuration gives. */
export const createRootLogger = (name: string, config: { readonly LOG_LEVEL: LogLevel }): Logger =>
  createLogger({ name, level: config.LOG_LEVEL });

/** A logger whose lines name the part of the app that they come from. */
export const componentLogger = (log: Logger, component: string): Logger => log.child({ component });
