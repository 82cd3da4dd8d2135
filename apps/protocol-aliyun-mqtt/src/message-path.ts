/** The way of messages, wired: from a device to where they are kept or answered, and from the bus to a device. */
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import type { DeviceDirectory } from './directory/device-directory';
import type { DmKind } from './directory/dm-kind';
import { Downlink } from './downlink/downlink';
import { PendingCommands } from './downlink/pending-commands';
import type { Journal } from './journal';
import type { NodeMetrics } from './metrics';
import { ForeignRequests } from './requests/foreign-requests';
import { LocalAnswers } from './requests/local-answers';
import { Requests, type Answerer } from './requests/requests';
import { ForeignReaders } from './uplink/foreign-readers';
import { UplinkNotes } from './uplink/notes';
import { RepeatedReports } from './uplink/repeated-reports';
import { ReportStream } from './uplink/report-stream';
import { Reports } from './uplink/reports';
import { Uplink } from './uplink/uplink';

export interface MessagePathOptions {
  readonly config: {
    /** Subjects among which reports are spread. */
    readonly REPORT_SHARDS: number;
    /** Whether somebody reads unitedrhino's form of reports beside our dm. */
    readonly FOREIGN_READERS: boolean;
  };
  readonly nodeId: string;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly log: Logger;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: NodeMetrics;
  readonly dmKind: DmKind;
  /** Our dm.rpc. */
  readonly dm: Answerer;
}

export const createMessagePath = (options: MessagePathOptions): { uplink: Uplink; downlink: Downlink } => {
  const { config, nodeId, bus, clock, log, directory, journal, metrics, dmKind, dm } = options;
  const pending = new PendingCommands();
  const notes = new UplinkNotes(journal, metrics);
  const foreign = new ForeignRequests(bus, clock);
  const stream = new ReportStream({ bus, nodeId, shards: config.REPORT_SHARDS });
  const keeper = new ForeignReaders({ bus, dmKind, stream, copies: config.FOREIGN_READERS });
  const reports = new Reports(keeper, new RepeatedReports(), pending, notes);
  const requests = new Requests({ local: new LocalAnswers(clock), dm, foreign, dmKind, log });
  return {
    uplink: new Uplink({ clock, directory, pending, reports, requests, notes }),
    downlink: new Downlink({ bus, clock, log, directory, journal, metrics, pending, foreign }),
  };
};
