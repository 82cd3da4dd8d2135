/** What came of a fleet, as a document. A type, so that it is a row of output. */
import type { Fared, Tally } from '../device/tally';
import type { SimulatedDevice } from '../device/simulated-device';

export type FleetReport = {
  readonly devices: number;
  /** Devices that were let in at least once. */
  readonly connected: number;
  /** Devices that were online when the run ended. */
  readonly onlineAtEnd: number;
  readonly seconds: number;
  readonly connects: number;
  readonly registrations: number;
  /** Connections that the network or the server ended, and those that the simulator cut. */
  readonly losses: number;
  readonly cuts: number;
  /** Why connections could not be made, and how often. */
  readonly failures: Readonly<Record<string, number>>;
  /** Filters of SUBSCRIBE that were refused. */
  readonly refusedFilters: number;
  /** Properties, events, history and batches. */
  readonly reports: Readonly<Fared> & { readonly perSecond: number };
  /** By kind of message, reports among them. */
  readonly messages: Readonly<Record<string, Readonly<Fared>>>;
  readonly unanswered: number;
  readonly sentAgain: number;
  /** Refusals by kind, code and message, and how often. */
  readonly refusals: Readonly<Record<string, number>>;
  /** What devices were told, by kind. */
  readonly told: Readonly<Record<string, number>>;
  /** Milliseconds from a message to its reply. */
  readonly latency: { readonly p50?: number; readonly p99?: number };
};

export const reportOf = (
  devices: readonly SimulatedDevice[],
  onlineAtEnd: number,
  tally: Tally,
  tookMs: number,
): FleetReport => {
  const { reports, latencies } = tally;
  const seconds = Math.round(tookMs / 100) / 10;
  return {
    devices: devices.length,
    connected: devices.filter(({ wasOnline }) => wasOnline).length,
    onlineAtEnd,
    seconds,
    connects: tally.connects,
    registrations: tally.registered,
    losses: tally.losses,
    cuts: tally.cuts,
    failures: Object.fromEntries(tally.failures),
    refusedFilters: tally.refusedFilters,
    reports: { ...reports, perSecond: Math.round((reports.sent / Math.max(tookMs, 1)) * 1000) },
    messages: Object.fromEntries(tally.kinds),
    unanswered: tally.unanswered,
    sentAgain: tally.sentAgain,
    refusals: Object.fromEntries(tally.refusals),
    told: Object.fromEntries(tally.told),
    latency: { p50: latencies.quantile(0.5), p99: latencies.quantile(0.99) },
  };
};
