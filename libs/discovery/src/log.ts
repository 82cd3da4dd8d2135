/** What the registry asks of a logger; pino fits. */
export interface Log {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** Says nothing: for callers that give no logger. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
