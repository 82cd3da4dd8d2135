/**
 * Nodes that are not ours send uplinks on plain NATS, in unitedrhino's form. Each is handed to the stream as a report,
 * so that there is one way in: what a foreign node sends is kept, ordered and repeated like what ours send.
 */
import type { Bus } from '@alink/bus';
import {
  decodeEnvelope,
  encodeReport,
  HANDLES,
  isKeptCopy,
  joinReports,
  subjects,
  type DeviceReport,
} from '@alink/contract';
import type { Logger } from '@alink/runtime';
import { reportOfPublish } from './report-of-publish';

/** Of all instances one takes each. */
const QUEUE = 'dm-rpc';

/** @returns undefined for what our own nodes tell foreign readers, which the stream holds already */
const reportIn = (body: Buffer): DeviceReport | undefined =>
  isKeptCopy(body) ? undefined : reportOfPublish(decodeEnvelope(body.toString('utf8')));

/** Starts listening. @returns how it ends */
export const takeForeignPublishes = (bus: Bus, log: Logger): { stop(): void } => {
  const take = async (subject: string, body: Buffer): Promise<void> => {
    try {
      const report = reportIn(body);
      if (report) await bus.publishKept(subjects.reports(0), joinReports([encodeReport(report)]));
    } catch (err) {
      log.error({ err, subject }, 'uplink of a foreign node was not taken');
    }
  };
  const listening = HANDLES.map((handle) =>
    bus.subscribe(subjects.upOfHandle(handle), ({ subject, data }) => void take(subject, data), { queue: QUEUE }),
  );
  return { stop: () => listening.forEach((subscription) => subscription.unsubscribe()) };
};
