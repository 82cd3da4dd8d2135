/** What a device published, and what comes of it. */
import type { CompiledModel } from '@alink/thing-model';
import type { DeviceTopic } from '@alink/topic';
import type { Problem } from './problem';
import type { Question, Reply } from './questions';
import type { PlatformMessage } from './route';
import type { FindSubDevice } from './sub-devices';

export interface Uplink {
  /** As the device published it, the query cut off. */
  readonly topic: string;
  /** The topic, taken apart; one that this device may publish on. */
  readonly parsed: DeviceTopic;
  /** The product's script that the topic's query asks to read the payload; absent where it asks for none. */
  readonly script?: string;
  /** Service that a synchronous call was to, by its message id; undefined for a call that is not known (any more). */
  readonly serviceOf?: (messageId: string) => string | undefined;
  readonly payload: Buffer;
  /** Arrival time in Unix milliseconds. */
  readonly now: number;
  /** Undefined where the product has no thing model: then every value is rejected as unknown (6320, 6304). */
  readonly model: CompiledModel | undefined;
  /** Absent for a device that is no gateway. */
  readonly subDevice?: FindSubDevice;
}

/** What a device hears. */
export interface UplinkReply {
  readonly topic: string;
  readonly payload: string;
  readonly code: number;
  /** Another reply to the same request, for when keeping the message fails, or succeeds where nothing here serves it; absent where replies have no code. */
  readonly failed?: (code: number) => Pick<UplinkReply, 'topic' | 'payload'>;
}

/** Somebody else must be asked before the device can be told anything. */
export interface Ask {
  readonly question: Question;
  /** What the device hears once somebody has answered; undefined when it wants no reply. */
  readonly told: (reply: Reply) => UplinkReply | undefined;
}

export interface UplinkOutcome {
  /** What to keep; absent when nothing could be used. */
  readonly message?: PlatformMessage;
  /**
   * What to tell the device once `message` is kept, or at once without one; absent when it wants no reply, or answered
   * itself.
   */
  readonly reply?: UplinkReply;
  /** Then there is neither message nor reply. */
  readonly ask?: Ask;
  /** Nothing here serves the request, so there is no `message`: somebody behind the node may all the same. */
  readonly unserved?: true;
  /** Whether the device gets its own message where it subscribes the topic: as with any broker. */
  readonly echo?: boolean;
  /** Everything that was wrong, for the device's log. */
  readonly problems: readonly Problem[];
  /** Alink id as text, of a synchronous call its message id; empty when there is none. */
  readonly requestId: string;
}
