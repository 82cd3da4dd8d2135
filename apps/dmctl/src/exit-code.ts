/** How dmctl ends, for scripts. Told in `dmctl --help`. */
export const ExitCode = {
  ok: 0,
  /** The platform or the device said no. */
  refused: 1,
  /** The command line, a file or the environment cannot be used. */
  usage: 2,
  /** A service did not answer. */
  unreachable: 3,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** A failure in words for people: one line, and another one with what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';
  constructor(
    readonly exitCode: ExitCode,
    message: string,
    readonly details: {
      /** What to do about it. */
      readonly hint?: string;
      /** Code of the platform or the device. */
      readonly code?: number;
    } = {},
  ) {
    super(message);
  }
}
