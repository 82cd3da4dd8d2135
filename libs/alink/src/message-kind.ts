/** The shape of a message kind. One kind is one file in `kinds/` and one line in `message-kinds.ts`. */
import type { CompiledModel, Json } from '@alink/thing-model';
import type { DownlinkMessage, UplinkMessage } from './device-message';
import type { Problem } from './problem';

/** A message for the platform behind the gateway, and the subject it belongs to. */
export interface PlatformMessage {
  readonly handle: 'thing';
  readonly type: 'property' | 'event' | 'action';
  readonly body: UplinkMessage;
}

/** What a kind may use to take a message apart. */
export interface UplinkContext {
  /**
   * What stood in place of `+` in the route's path; empty without one. Where that is the message id of a call: the
   * service that was called, empty when that is not known.
   */
  readonly name: string;
  /** Alink id as text; of a synchronous call its message id. */
  readonly id: string;
  /** Arrival time in Unix milliseconds. */
  readonly now: number;
  readonly model: CompiledModel;
}

/** What came of a request of a device. */
export interface RequestResult {
  /** 200 or the code that says why not. */
  readonly code: number;
  /** The reply's message; the code's own where absent. */
  readonly text?: string;
  /** The reply's data; `{}` where absent. */
  readonly data?: Json;
  readonly message?: PlatformMessage;
  readonly problems: readonly Problem[];
}

/** What a device answered to a request of the platform. */
export interface DeviceAnswer {
  readonly code: number;
  /** The answer's `message`, where it has one. */
  readonly msg?: string;
  readonly data?: Json;
}

/** What came of an answer of a device. */
export interface AnswerResult {
  readonly message: PlatformMessage;
  readonly problems: readonly Problem[];
}

/** A path below `/sys/{productKey}/{deviceName}/`; one level, or the part of one before `_reply`, may be `+`. */
export type UplinkRoute =
  | {
      readonly path: string;
      /** The device asks and is replied to. `params` is what its message held, JSON in a string already read. */
      readonly request: (params: unknown, context: UplinkContext) => RequestResult;
    }
  | {
      readonly path: string;
      /** The device answers; nobody replies. */
      readonly answer: (answer: DeviceAnswer, context: UplinkContext) => AnswerResult;
      /** Whether `+` stands for the message id of the call; else the answer repeats the request's `id`. */
      readonly idInPath?: boolean;
    };

/** A request of the platform, without what all requests have in common. */
export interface DownlinkRequest {
  /** Below `/sys/{productKey}/{deviceName}/`. */
  readonly path: string;
  readonly params: unknown;
  /** Whether the caller may wait for it in a synchronous call (RRPC). */
  readonly synchronous: boolean;
}

/** Makes requests of one method; it is only given messages of that method. */
export interface DownlinkRoute<M extends DownlinkMessage = DownlinkMessage> {
  readonly method: M['method'];
  readonly encode: (message: M) => DownlinkRequest;
}

export interface MessageKind {
  readonly up?: readonly UplinkRoute[];
  readonly down?: DownlinkRoute;
}

/** Ties a method to its message, so that `encode` sees the right members. */
export const downlink = <Method extends DownlinkMessage['method']>(
  method: Method,
  encode: (message: Extract<DownlinkMessage, { method: Method }>) => DownlinkRequest,
): DownlinkRoute => ({ method, encode: encode as (message: DownlinkMessage) => DownlinkRequest });
