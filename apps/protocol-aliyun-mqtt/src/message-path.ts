/** The way of messages, wired: from a device to where they are kept or answered, and from the bus to a device. */
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import type { DeviceDirectory } from './directory/device-directory';
import type { DmSide } from './dm-side';
import { Downlink } from './downlink/downlink';
import { PendingCommands } from './downlink/pending-commands';
import { monotonicClock } from './guard/monotonic-clock';
import type { Journal } from './journal';
import type { NodeMetrics } from './metrics';
import { LocalAnswers } from './requests/local-answers';
import { Requests } from './requests/requests';
import { UplinkNotes } from './uplink/notes';
import { ProblemLines } from './uplink/problem-lines';
import { RepeatedReports } from './uplink/repeated-reports';
import { Reports } from './uplink/reports';
import { Uplink } from './uplink/uplink';

export interface MessagePathOptions {
  /** Who keeps, who answers and who commands. */
  readonly dmSide: Pick<DmSide, 'keeper' | 'answerer' | 'commands'>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: NodeMetrics;
}

export const createMessagePath = (options: MessagePathOptions): { uplink: Uplink; downlink: Downlink } => {
  const { dmSide, bus, clock, log, directory, journal, metrics } = options;
  const { keeper, answerer, commands } = dmSide;
  const pending = new PendingCommands();
  const notes = new UplinkNotes(journal, metrics, new ProblemLines(monotonicClock));
  const reports = new Reports(keeper, new RepeatedReports(), pending, notes);
  const requests = new Requests({ local: new LocalAnswers(clock), dm: answerer, log });
  return {
    uplink: new Uplink({ clock, directory, pending, reports, requests, notes }),
    downlink: new Downlink({ bus, clock, log, directory, journal, metrics, pending, dm: commands }),
  };
};
