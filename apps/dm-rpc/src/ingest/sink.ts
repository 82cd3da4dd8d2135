/** What becomes of reports: one sink for each kind of data that devices report, one file each in `sinks/`. */
import type { ApplicationMessage, DeviceMessage } from '@alink/contract';
import type { Transaction } from '../transaction';
import type { Shape } from '../wire/shape';
import type { FoundDevice } from './find-devices';
import type { Report } from './report';

/** What a sink does with messages of one method. */
export interface Intake<Message, Row> {
  /** Members that the message cannot be kept without, each with what it must be. */
  readonly needs: Shape;
  /** Whether it is an answer to a command of the platform's, of which the device's log tells in any case. */
  readonly isAnswer?: boolean;
  /** The rows of a message of a device that exists. */
  rows(message: Message, report: Report, device: FoundDevice): readonly Row[];
  /** What applications are told once it is kept. */
  news?(message: Message, report: Report, device: FoundDevice): readonly ApplicationMessage[];
}

type Method = DeviceMessage['method'];
export type MessageOf<M extends Method> = Extract<DeviceMessage, { readonly method: M }>;

export interface Sink<Row = unknown> {
  /** By method. Several sinks may take the same, each its part of it. */
  readonly takes: { readonly [M in Method]?: Intake<MessageOf<M>, Row> };
  /**
   * Writes the rows of a batch, nothing twice, within a transaction of the caller's who holds a share lock on the devices.
   * Rows that others may write too are written in the order of their keys, so that two batches never wait crosswise.
   */
  write(tx: Transaction, rows: readonly Row[]): Promise<void>;
  /** Told of the rows once they are committed. */
  kept?(rows: readonly Row[]): void;
}
