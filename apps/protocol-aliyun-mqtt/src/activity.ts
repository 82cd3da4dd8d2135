/** What happens to devices, as people are told of it. */

/** What kinds of thing happen, from a person's point of view. */
export type ActivityKind =
  'connect' | 'disconnect' | 'refuse' | 'report' | 'reply' | 'command' | 'drop' | 'subscribe' | 'refuseSubscribe';

/** A thing that happened to one device. */
export interface Activity {
  readonly kind: ActivityKind;
  readonly productKey: string;
  /** Our productID; looked for by the ProductKey when absent. */
  readonly productID?: string;
  readonly deviceName: string;
  /** What happened, the cause and the step to take; never a secret. */
  readonly text: string;
  readonly topic?: string;
  readonly requestId?: string;
  /** 200, or the code that the device got. */
  readonly code?: number;
  /** What the device was answered with. */
  readonly response?: string;
  /** Whether the device is only named, by a client that has not proved to be it: there may be no such device. */
  readonly isUnproven?: boolean;
  /** Address of the client, where anybody may cause such lines: one address has a share of them. */
  readonly from?: string;
}
