/** What the load generator is ordered, and what it tells of it. Times are milliseconds. */
export type Order =
  /** Makes the packets of devices `from` to the one before `to`, each with so many reports. */
  | {
      readonly act: 'prepare';
      readonly from: number;
      readonly to: number;
      readonly reports: number;
      /** Whether they subscribe replies; otherwise they hear them without. */
      readonly subscribing?: boolean;
    }
  /**
   * Makes the packets of one gateway device and of its first sub-devices. They report over its connection as one device would,
   * in turns.
   */
  | { readonly act: 'prepareGateway'; readonly gateway: number; readonly subDevices: number; readonly reports: number }
  /** Logs all sub-devices of the gateway device in, or out. */
  | ({ readonly act: 'logIn' } & LoginOrder)
  | { readonly act: 'logOut' }
  /** Lets all that are connected subscribe, and sub-devices that are logged in. */
  | { readonly act: 'subscribe' }
  /** Connects all that were prepared, some at a time. */
  | { readonly act: 'connect'; readonly port: number }
  /** Lets all that are connected report. */
  | ({ readonly act: 'report' } & ReportOrder)
  /** Lets all that are connected answer commands, until they are disconnected. */
  | { readonly act: 'answer' }
  | { readonly act: 'disconnect' };

export interface LoginOrder {
  /** Sub-devices in one message. */
  readonly atOnce: number;
  /** Messages that are not answered yet. */
  readonly window: number;
}

export interface ReportOrder {
  /** Reports of a device that are not answered yet. */
  readonly window: number;
  /** Whether a `_reply` is due besides the PUBACK. */
  readonly awaitReply: boolean;
  /** How long the load runs before it is timed, and then. */
  readonly runUpMs: number;
  readonly timedMs: number;
  /** Milliseconds from an answer to the next report; by default none. */
  readonly pauseMs?: number;
}

/** Quantiles of what single operations took. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

export interface ConnectResult extends Latency {
  readonly connected: number;
  readonly perSecond: number;
}

export interface ReportResult extends Latency {
  /** Reports that were done while they were timed. */
  readonly perSecond: number;
  /** All reports of the load, timed or not: each has been answered. */
  readonly done: number;
}

export interface SubscribeResult {
  readonly filters: number;
  readonly perSecond: number;
}

export type Result = SubscribeResult | ConnectResult | ReportResult | undefined;
