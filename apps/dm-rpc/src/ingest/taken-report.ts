/** A report in the hands of the consumer. */
import type { DeviceMessage } from '@alink/contract';
import type { FoundDevice } from './find-devices';
import type { Report } from './report';

export interface TakenReport {
  readonly report: Report;
  /** Undefined where it does not exist (any more). */
  readonly device: FoundDevice | undefined;
  /** What of its message is kept: of a report of ours all, since the node has checked it. */
  readonly message: DeviceMessage | undefined;
  /** How a foreign node is answered; absent for what nobody answers. */
  readonly answer?: ReportAnswer;
}

export interface ReportAnswer {
  /** 200, or why not. */
  readonly code: number;
  /** The message that goes to the device. */
  readonly message: object;
  /** Whether the device wants it. */
  readonly isAsked: boolean;
}
