/**
 * Nodes that are not ours send uplinks on plain NATS, in unitedrhino's form. Each is handed to the stream as a report,
 * so that there is one way in: what a foreign node sends is kept, ordered and repeated like what ours send.
 */
import type { Bus, BusMessage } from '@alink/bus';
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
  const take = async ({ subject, data, respond }: BusMessage): Promise<void> => {
    try {
      const report = reportIn(data);
      if (!report) return;
      const seq = await bus.publishKept(subjects.reports(0), joinReports([encodeReport(report)]));
      // A node of an earlier version waits for what JetStream would answer, and acknowledges its device then.
      respond?.(JSON.stringify({ seq }));
    } catch (err) {
      log.error({ err, subject }, 'uplink of a foreign node was not taken');
    }
  };
  const listening = HANDLES.map((handle) =>
    bus.subscribe(subjects.upOfHandle(handle), (message) => void take(message), { queue: QUEUE }),
  );
  return { stop: () => listening.forEach((subscription) => subscription.unsubscribe()) };
};
