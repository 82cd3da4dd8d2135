/** Why a value was not taken. */
export interface Rejection {
  /** Property or parameter as the message had it; empty where the fault is the whole message's. */
  readonly identifier: string;
  /** Alink code (Alibaba Cloud IoT documentation, "Error codes for devices"). */
  readonly code: number;
  /** `tsl parse: <fault> -> <where>`; safe inside an Alink reply: no quotes, braces or control characters. */
  readonly message: string;
  readonly value: unknown;
}

/** Alink codes of model checks. */
export const ModelCode = {
  /** Not an object, or nested beyond measure. */
  parameter: 460,
  /** More than 200 properties in one message. */
  tooMany: 6106,
  serviceUnknown: 6206,
  notArray: 6301,
  inputMissing: 6302,
  /** Unknown event, parameter or struct member. */
  memberUnknown: 6304,
  int: 6306,
  float: 6307,
  bool: 6308,
  enum: 6309,
  text: 6310,
  date: 6311,
  struct: 6312,
  propertyUnknown: 6320,
  double: 6322,
  /** An array element of the wrong type. */
  element: 6324,
  /** An array with too many elements. */
  arraySize: 6328,
} as const;

/** What a checker returns in place of a value. Made once for each place in the model, so that a refusal costs nothing. */
export class Fault {
  readonly message: string;
  constructor(
    readonly code: number,
    fault: string,
    where: string,
  ) {
    this.message = faultMessage(fault, where);
  }
}

/** The message form of the platform (Alibaba Cloud IoT documentation, "TSL data verification"). */
export const faultMessage = (fault: string, where: string): string => `tsl parse: ${fault} -> ${harmless(where)}`;

/** Names come from devices: C Link SDK 4.x looks for quotes and braces in a reply as text, so none may come back. */
const harmless = (name: string): string => name.slice(0, 64).replace(/[^\w:.[\]-]/g, '?');
