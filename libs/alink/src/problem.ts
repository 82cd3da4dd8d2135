/** What was wrong with a message, told to the person who looks after the device. */
import type { Rejection } from '@alink/thing-model';

export interface Problem {
  /** Alink code; 200 where the message was taken all the same. */
  readonly code: number;
  /** What is wrong. Holds no brace, quote or control character, so that it may stand in a reply. */
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly step: string;
  /** More for people, said after the message and a comma: one line of printable characters that may hold what must not stand in a reply. */
  readonly detail?: string;
  /** Of which kind it is, where a line is enough now and then: a device that has it once has it in every message. */
  readonly seldom?: SeldomKind;
}

/** What is odd about messages though they are taken: their method, their JSON, their encoding. */
export type SeldomKind = 'method' | 'json' | 'encoding';

const CHECK_MODEL = "Compare the message with the product's thing model and correct the firmware or the model.";

/** Steps for what a thing model does not take. */
const stepsByCode: ReadonlyMap<number, string> = new Map([
  [
    460,
    'Send plain values: no U+0000, no broken surrogates, no endless nesting, identifiers of at most 128 characters.',
  ],
  [6206, "Add the service to the product's thing model, or correct its identifier."],
  [6302, 'Send every parameter that the thing model marks as required.'],
  [6304, "Add the event, parameter or member to the product's thing model, or correct its identifier in the firmware."],
  [6308, 'Send 0 or 1.'],
  [6309, 'Send the number of one of the items that the thing model lists.'],
  [6311, 'Send the milliseconds since 1970 as text.'],
  [6320, "Add the property to the product's thing model, or correct its identifier in the firmware."],
  [6326, 'Send "time" as milliseconds since 1970, or leave it out.'],
]);

/** A value that the thing model did not take, as a problem. */
export const rejectionProblem = ({ code, message }: Rejection): Problem => ({
  code,
  message,
  step: stepsByCode.get(code) ?? CHECK_MODEL,
});

/**
 * Text of a device, fit for a reply and a log line: short, and without what a parser that searches text would stumble
 * over (Link SDK for C 4.x, `core_json_value`: counts braces without regard to strings and knows no escapes).
 */
export const harmless = (text: string): string => text.slice(0, 64).replace(/[^\p{L}\p{N}_:./@-]/gu, '?');

/** A sentence of somebody else, fit for a reply: see {@link harmless}. */
export const plain = (sentence: string): string => sentence.slice(0, 256).replace(/[{}"\\\p{Cc}\p{Surrogate}]/gu, '?');

/**
 * A parameter that is not as its kind wants it.
 * @param what is wrong, fit for a reply: see {@link harmless}
 * @param step what to do about it
 */
export const wrongParameter = (what: string, step: string): Problem => ({
  code: 460,
  message: `request parameter error: ${what}`,
  step,
});

/** Tells a problem from what was read; not from an object that a device may have given any members. */
export const isProblem = (read: unknown): read is Problem =>
  typeof read === 'object' &&
  read !== null &&
  typeof (read as Partial<Problem>).code === 'number' &&
  typeof (read as Partial<Problem>).step === 'string';

/** A value or identifier that nothing behind the node could keep. */
export const notStorable = (identifier: string): Problem =>
  rejectionProblem({ identifier, code: 460, message: `not storable -> ${harmless(identifier)}`, value: undefined });
