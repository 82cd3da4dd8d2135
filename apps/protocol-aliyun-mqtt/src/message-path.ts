/** The way of messages, wired: from a device to where they are kept or answered, and from the bus to a device. */
import type { Bus } from '@alink/bus';
import type { Clock, Logger } from '@alink/runtime';
import type { DeviceDirectory } from './directory/device-directory';
import type { DmSide } from './dm-side';
import { Downlink } from './downlink/downlink';
import { PendingCommands } from './downlink/pending-commands';
import type { Journal } from './journal';
import type { NodeMetrics } from './metrics';
import { LocalAnswers } from './requests/local-answers';
import { RequestRate } from './requests/request-rate';
import { Requests, type SessionAnswerer } from './requests/requests';
import { Forwards } from './uplink/forwards';
import { UplinkNotes } from './uplink/notes';
import { ProblemLines } from './uplink/problem-lines';
import { RepeatedReports } from './uplink/repeated-reports';
import { Replies } from './uplink/replies';
import { Reports } from './uplink/reports';
import { Uplink } from './uplink/uplink';

export interface MessagePathOptions {
  /** Who keeps, who answers and who commands. */
  readonly dmSide: Pick<DmSide, 'keeper' | 'answerer' | 'commands'>;
  /** Who answers what gateway devices ask about their sub-devices. */
  readonly gateways: SessionAnswerer;
  readonly bus: Bus;
  readonly clock: Clock;
  /** One that nobody sets. */
  readonly steadyClock: Clock;
  readonly log: Logger;
  readonly directory: DeviceDirectory;
  readonly journal: Journal;
  readonly metrics: NodeMetrics;
  /** Whether every device gets every reply, asked for or not. */
  readonly unaskedReplies: boolean;
}

export const createMessagePath = (options: MessagePathOptions): { uplink: Uplink; downlink: Downlink } => {
  const { dmSide, gateways, bus, clock, log, directory, journal, metrics } = options;
  const replies = new Replies({ journal, clock: options.steadyClock, unasked: options.unaskedReplies });
  const { keeper, answerer, commands } = dmSide;
  const pending = new PendingCommands(options.steadyClock);
  const notes = new UplinkNotes(journal, metrics, new ProblemLines(options.steadyClock));
  const reports = new Reports(keeper, new RepeatedReports(), pending, replies, notes);
  const forwards = new Forwards({ bus, clock, notes });
  const local = new LocalAnswers(clock);
  const requests = new Requests({ local, gateways, dm: answerer, rate: new RequestRate(clock), log });
  return {
    uplink: new Uplink({ clock, directory, pending, reports, requests, replies, forwards, notes }),
    downlink: new Downlink({ bus, clock, log, directory, journal, metrics, pending, dm: commands }),
  };
};
