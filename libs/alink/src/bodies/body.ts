/** How the bytes on a topic are read, and how a reply is written. One form is one file here. */
import type { Problem } from '../problem';
import type { Reply } from '../questions';

/** What was read of a message. */
export interface Reading<Content> {
  /** Undefined where there is a fault. */
  readonly content: Content;
  /** The message's id as text; empty where it has none. */
  readonly id: string;
  /** The JSON token to echo; `""`, with its quotes, where there is no id. */
  readonly idToken: string;
  readonly wantsReply: boolean;
  /** Why nothing could be read. */
  readonly fault?: Problem;
  /** What is odd about it, though it could be read. */
  readonly remarks?: readonly Problem[];
}

export interface Body<Content> {
  /** For people. */
  readonly name: string;
  /**
   * Never throws, whatever the bytes are.
   * @param expected the topic's path with dots, as a member `method` should have it
   */
  readonly read: (payload: Buffer, expected: { readonly method: string }) => Reading<Content>;
  /** The text of a reply; absent where this form has none. `methodToken` is the method as JSON, `now` in milliseconds. */
  readonly write?: (reply: Reply, idToken: string, methodToken: string, now: number) => string;
  /** Whether a reply has room for a code, so that a device can be told that something failed. */
  readonly hasCodes: boolean;
}
