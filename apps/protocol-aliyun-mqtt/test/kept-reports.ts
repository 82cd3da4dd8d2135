/** What the stream of a bus keeps of devices' messages, report by report. */
import type { Bus } from '@alink/bus';
import { decodeReports, subjects, type DeviceReport } from '@alink/contract';

export const keptReports = async (bus: Bus) => {
  const reports: DeviceReport[] = [];
  const consumer = await bus.consume({ durable: 'test', maxBatch: 1000, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject === subjects.reports(0)) reports.push(...(decodeReports(data.toString()) as DeviceReport[]));
    }
  });
  return { reports, stop: () => consumer.stop() };
};
