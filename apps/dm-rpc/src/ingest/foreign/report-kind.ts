/**
 * What devices behind foreign nodes report. It goes through the stream like what our nodes report, and is held against the
 * thing model where it comes out: so nothing is lost while the database is away, and a device is answered when all is kept.
 */
import type { DeviceMessage } from '@alink/contract';
import type { ProductModel } from '../../services/product-manage/compiled-models';
import { deviceTime } from '../fit';
import type { MessageOf } from '../sink';
import type { Answer } from './answer';
import type { ForeignMessage } from './uplink';

/** What the thing model has left of a message, and what is answered. */
export interface Checked {
  /** Absent when nothing is. */
  readonly message?: DeviceMessage;
  /** Absent for what nobody answers. */
  readonly answer?: Answer;
}

/** One method of `thing`. */
export interface ReportKind<M extends DeviceMessage['method'] = DeviceMessage['method']> {
  readonly method: M;
  /** The type of its uplinks. */
  readonly type: 'property' | 'event' | 'action';
  /** Whether somebody waits to hear that it is kept; an answer to a command is not answered itself. */
  readonly isAnswered: boolean;
  /**
   * The message with everything that ours have.
   * @param base the members that every message has
   * @returns undefined for what it cannot be
   */
  read(message: ForeignMessage, base: MessageBase): MessageOf<M> | undefined;
  check(message: MessageOf<M>, product: ProductModel): Checked;
}

export type MessageBase = Pick<DeviceMessage, 'msgToken' | 'timestamp' | 'sys'>;

/** @param arrivedAt unix milliseconds: of what has no time of its own */
export const baseOf = ({ msgToken, timestamp, noAsk, retMsg }: ForeignMessage, arrivedAt: number): MessageBase => ({
  msgToken,
  timestamp: deviceTime(timestamp || undefined, arrivedAt),
  sys: { noAsk, retMsg },
});
