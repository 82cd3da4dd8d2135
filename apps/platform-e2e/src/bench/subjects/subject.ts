/** What is measured: a server of devices with the processes that work for it. */
import type { KeptReports } from './kept-reports';

/** Columns in which processor time is shown: `broker` is the process that devices connect to. */
export const PROCESSES = ['broker', 'dm-rpc', 'NATS', 'PostgreSQL', 'others', 'generator'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** A process with all its children. */
export interface WatchedProcess {
  readonly pid: number;
  /** Children that are not counted. */
  readonly without?: readonly number[];
}

export interface Subject {
  readonly name: string;
  /** Where devices connect, without TLS. */
  readonly port: number;
  /** Whether it answers a report with a `_reply` besides the PUBACK. */
  readonly replies: boolean;
  /** What it has kept of the reports; undefined where it keeps none. */
  readonly keptReports?: KeptReports;
  /** Its processes now. */
  processes(): Readonly<Partial<Record<ProcessName, readonly WatchedProcess[]>>>;
  /** Starts the broker's process anew, with variables besides those that it has. */
  restartBroker(env: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}
