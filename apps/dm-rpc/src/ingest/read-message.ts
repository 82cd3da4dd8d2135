/** One message of the stream, taken apart into what dm keeps one by one. */
import type { KeptMessage } from '@alink/bus';
import { decodeEnvelope, decodeReports, isKeptCopy, subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import { readHubLine, type HubLine } from './device-log';
import { placeOf, reportsIn } from './packed-reports';
import type { Place } from './place';
import { readStatus, type Presence } from './read-status';
import { readReport, type Report } from './report';
import { reportOfPublish } from './report-of-publish';
import type { SinkTable } from './sink-table';

export type Item = Report | HubLine | Presence;

/** Every subject of reports begins so, whatever the shard. */
const REPORTS = subjects.reports(0).slice(0, -1);

/** Sessions that began or ended; the latter two are where an earlier version kept them. */
const STATUSES: ReadonlySet<string> = new Set([
  subjects.sessionBegan,
  subjects.sessionEnded,
  subjects.connected,
  subjects.disconnected,
]);

/**
 * Reads messages. What cannot be read never will be: it is logged and left out, lest what stands behind it wait for
 * ever; the other reports of its message keep their places.
 */
export const createReader = (sinks: SinkTable, log: Logger) => {
  const readReports = (text: string, place: Place, skip: (error: unknown, index: number) => void): Report[] =>
    decodeReports(text).flatMap((report, index) => {
      try {
        if (report instanceof TypeError) throw report;
        const at = { ...place, index };
        return reportsIn(report).map((one, part) => readReport(one, placeOf(at, part), sinks));
      } catch (error) {
        skip(error, index);
        return [];
      }
    });

  /** @returns undefined for what means nothing here */
  const readOther = (subject: string, data: Buffer, place: Place): Item | undefined => {
    // A node of an earlier version beside ours makes the stream keep these, too, until one of ours has its way again.
    if (isKeptCopy(data)) return undefined;
    const envelope = decodeEnvelope(data.toString('utf8'));
    if (STATUSES.has(subject)) return readStatus(envelope.data, place);
    if (subject === subjects.hubLog) return readHubLine(envelope, place);
    // What an earlier version kept, whose stream had these too.
    return subject.startsWith('device.up.') ? readReport(reportOfPublish(envelope), place, sinks) : undefined;
  };

  /** @param stream when the stream was made, unix milliseconds */
  return ({ subject, data, sequence }: KeptMessage, stream: number): Item[] => {
    const place = { stream, sequence, index: 0 };
    const skip = (err: unknown, index?: number) =>
      log.error({ err, subject, sequence, index }, 'unreadable message skipped');
    try {
      if (subject.startsWith(REPORTS)) return readReports(data.toString('utf8'), place, skip);
      const item = readOther(subject, data, place);
      return item ? [item] : [];
    } catch (error) {
      skip(error);
      return [];
    }
  };
};
