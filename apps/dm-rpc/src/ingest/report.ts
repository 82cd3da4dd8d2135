/** A report as dm works with it: its texts and times fit for the database, its message one that can be kept. */
import type { DeviceMessage, DeviceReport, ForeignOrigin } from '@alink/contract';
import type { DeviceCore } from '../device-core';
import { actionOfReport, type LogAction } from '../log-action';
import { MAX_CONTENT, MAX_NAME, MAX_TOPIC, textOf, timeOr } from './fit';
import type { Place } from './place';

export interface Report extends DeviceCore {
  readonly kind: 'report';
  readonly place: Place;
  /** When the node had it, unix milliseconds. */
  readonly arrivedAt: number;
  readonly topic: string;
  /** What it is called in the device's log. */
  readonly action: LogAction;
  readonly explain: string;
  /** Absent for what carries no message of the platform's, as custom topics do. */
  readonly message?: DeviceMessage;
  /** The payload where there is no message. */
  readonly bytes?: Buffer;
  /** Decimal id of the user at whose wish a device has taken over values; absent for what it says by itself. */
  readonly operatorUserID?: string;
  /** Set for what a foreign node sent. */
  readonly foreign?: ReportOrigin;
}

/** What an answer to a foreign node says of the report. */
export type ReportOrigin = ForeignOrigin & Pick<DeviceReport, 'handle' | 'type'>;

/** Knows what is read of messages. */
export interface MessageCheck {
  isWellFormed(message: DeviceMessage): boolean;
}

/** @throws {TypeError} on a message that lacks what is read of it later: it could never be kept */
export const readReport = (report: DeviceReport, place: Place, sinks: MessageCheck): Report => {
  const { message, bytes, foreign, handle, type } = report;
  if (message && !sinks.isWellFormed(message)) throw new TypeError('device message is not well-formed');
  const topic = textOf(report.topic, MAX_TOPIC);
  return {
    kind: 'report',
    place,
    productID: textOf(report.productID, MAX_NAME),
    deviceName: textOf(report.deviceName, MAX_NAME),
    arrivedAt: timeOr(report.arrivedAt, 0),
    topic,
    action: actionOfReport({ ...report, topic }),
    explain: textOf(report.explain, MAX_CONTENT),
    message,
    bytes,
    foreign: foreign && { ...foreign, handle, type },
  };
};
