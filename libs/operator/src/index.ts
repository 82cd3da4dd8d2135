export { forEachAtOnce, inParts } from './at-once';
export { OperatorError, type FailureKind } from './operator-error';
export type { Platform } from './platform';
export type { Progress, Reporter } from './reporter';
