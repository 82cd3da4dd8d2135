import { OperatorError, type FailureKind } from '@alink/operator';

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

const kinds = {
  [ExitCode.refused]: 'refused',
  [ExitCode.usage]: 'unusable',
  [ExitCode.unreachable]: 'unreachable',
} as const satisfies Partial<Record<ExitCode, FailureKind>>;

const exitCodes: Readonly<Record<FailureKind, ExitCode>> = {
  refused: ExitCode.refused,
  unusable: ExitCode.usage,
  unreachable: ExitCode.unreachable,
};

/** How dmctl ends after a failure. */
export const exitCodeOf = ({ kind }: OperatorError): ExitCode => exitCodes[kind];

/** A failure that dmctl finds by itself. */
export class CliError extends OperatorError {
  override readonly name = 'CliError';
  constructor(exitCode: keyof typeof kinds, message: string, details?: OperatorError['details']) {
    super(kinds[exitCode], message, details);
  }
}
