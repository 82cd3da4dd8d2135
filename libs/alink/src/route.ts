/** The shape of a route: one topic, what its bytes are, and who does what with them. */
import type { CompiledModel, Json } from '@alink/thing-model';
import type { DeviceTopic, TopicScope } from '@alink/topic';
import type { Body } from './bodies/body';
import type { DownlinkMessage, UplinkMessage } from './device-message';
import type { Problem } from './problem';
import type { Question, Reply } from './questions';
import type { FindSubDevice } from './sub-devices';

/** Where the names stand in a topic; `connection` has none: it belongs to the one connection that it is pushed to. */
export type Family = TopicScope | 'connection';

export interface RouteTopic {
  readonly family: Family;
  /**
   * The topic without the names, as `path` of a {@link DeviceTopic}. `{word}` stands for one level, or for the part of
   * one before `_reply`; at the end `{word+}` stands for one or more levels, `{word*}` for whatever follows, if anything.
   */
  readonly path: string;
  /** What goes over it, in a few words, for people. */
  readonly meaning: string;
  /** Where the answer goes: the path with `_reply`, the path itself, or another of the family. Absent where nobody answers. */
  readonly replyOn?: '_reply' | 'itself' | { readonly path: string; readonly meaning: string };
  /** Meaning of `/ext/rrpc/{messageId}/{topic}`, where people should know of this form. */
  readonly rrpc?: string;
  /** Whether it stands in lists of topics: one that takes what no other does, does not. */
  readonly listed?: false;
}

/** The path that a topic is answered on; undefined where nobody answers. */
export const answerPath = ({ path, replyOn }: Pick<RouteTopic, 'path' | 'replyOn'>): string | undefined => {
  if (replyOn === '_reply') return `${path}_reply`;
  return replyOn === 'itself' ? path : replyOn?.path;
};

interface RouteBase {
  readonly topic: RouteTopic;
  /** Why the platform does not serve it yet; absent where it does. */
  readonly notOffered?: string;
}

/** A device reports or asks, and what the node knows is enough: it is kept and answered there. */
export interface ReportRoute<Content = unknown> extends RouteBase {
  readonly body: Body<Content>;
  report(content: Content, context: UplinkContext): RequestResult;
  /** Nobody who leaves out the `id` waits for a reply. */
  readonly needsId?: true;
  /** Delivered on the same topic too. A device that subscribes it gets its own message, as with any broker. */
  readonly down?: 'bytes';
  readonly echo?: true;
  /** Understood, so that the device is told, but not granted: neither published nor delivered. */
  readonly closed?: true;
}

/** A device asks what somebody else must answer. */
export interface AskRoute<Content = unknown> extends RouteBase {
  readonly body: Body<Content>;
  /** Who answers: the node that has the device, or device management behind it. */
  readonly answeredBy: 'node' | 'dm';
  /** The question; or the answer at once, where nobody needs to be asked. */
  ask(content: Content, context: UplinkContext): Asked | RequestResult;
  /** What the device hears; nothing where undefined. */
  told(reply: Reply, content: Content): Reply | undefined;
}

/** The platform sends: a request, which the device may answer, or a notice. */
export interface CommandRoute extends RouteBase {
  /** How it is made of a message of the platform; `bytes` where whoever sends it has put it together. */
  readonly down: Command | 'bytes';
  /** Takes the device's answer on `replyOn`; without it an answer means nothing. */
  readonly answer?: (answer: DeviceAnswer, context: UplinkContext) => AnswerResult;
  /** Whether `{word}` in the path of the answer is the message id of the call; else it repeats the request's `id`. */
  readonly idInPath?: true;
}

export type Route = ReportRoute | AskRoute | CommandRoute;

/** What the platform keeps: its own message, or bytes for applications, whose type is the family of their topic. */
export type PlatformMessage =
  | {
      readonly handle: 'thing';
      readonly type: 'property' | 'event' | 'action' | 'request';
      readonly body: UplinkMessage;
    }
  | { readonly handle: 'log'; readonly type: 'report' | 'network'; readonly body: UplinkMessage }
  | { readonly handle: 'ext'; readonly type: string; readonly bytes: Buffer; readonly script?: string };

/** What a route may use to take a message apart. */
export interface UplinkContext {
  readonly topic: DeviceTopic;
  /** The product's script that the topic asks to read the payload: whoever runs scripts needs it. */
  readonly script?: string;
  /**
   * What stood in place of `{word}` in the route's path; empty without one. Where that is the message id of a call: the
   * service that was called, empty when that is not known.
   */
  readonly name: string;
  /** Alink id as text; of a synchronous call its message id. */
  readonly id: string;
  /** Arrival time in Unix milliseconds. */
  readonly now: number;
  readonly model: CompiledModel;
  /** False where the product has no thing model that could be read: `model` knows nothing then. */
  readonly hasModel: boolean;
  /** Absent for a device that is no gateway: it has no sub-devices. */
  readonly subDevice?: FindSubDevice;
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
  /** Nothing of this platform serves the request, whatever it holds. */
  readonly unserved?: true;
}

/** A request that somebody else must answer. */
export interface Asked {
  readonly question: Question;
  /** What is odd about it, though it can be asked. */
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

/** A request of the platform, without what all requests have in common. */
export interface DownlinkRequest {
  /** Below `/sys/{productKey}/{deviceName}/`. */
  readonly path: string;
  readonly params: unknown;
  /** Whether the caller may wait for it in a synchronous call (RRPC). */
  readonly synchronous: boolean;
}

/** Makes requests of one method; it is only given messages of that method. */
export interface Command<M extends DownlinkMessage = DownlinkMessage> {
  readonly method: M['method'];
  readonly encode: (message: M) => DownlinkRequest;
}

/** Ties a method to its message, so that `encode` sees the right members. */
export const command = <Method extends DownlinkMessage['method']>(
  method: Method,
  encode: (message: Extract<DownlinkMessage, { method: Method }>) => DownlinkRequest,
): Command => ({ method, encode: encode as (message: DownlinkMessage) => DownlinkRequest });
