/** QoS 1 reports as fast as they are answered. */
import { VALUES_PER_REPORT } from '../generator/packets';
import { ProcessorClock, untilQuiet } from '../measure/processor-time';
import { latencyFigures, type Bench, type Load, type LoadName } from './load';

interface Reporters {
  readonly name: LoadName & `reports-${number}`;
  readonly devices: number;
  /** Reports of a device that are not answered yet. */
  readonly window: number;
  /** Reports of a device that are made beforehand; they come round again. */
  readonly prepared: number;
}

/** Firmware that waits for an answer before it reports again, and a fleet that empties its memory after an outage. */
export const ONE_AT_A_TIME: Reporters = { name: 'reports-1', devices: 500, window: 1, prepared: 64 };
export const MANY_AT_A_TIME: Reporters = { name: 'reports-16', devices: 100, window: 16, prepared: 1024 };

/**
 * The platform is done with a report when the device has its PUBACK and its `post_reply`; what dm and the database do for it is
 * waited for before their time is read. The answering aedes answers in the same way, the bare one with PUBACK alone.
 */
export const reportsLoad = ({ name, devices, window, prepared }: Reporters, bench: Bench): Load => {
  const { generator, sizes, platforms, bareAedes, answeringAedes } = bench;
  const reports = `reports, ${devices} devices with ${window} under way`;
  return {
    name,
    operation: `report, ${window} under way`,
    figures: [
      { key: 'perSecond', what: reports, unit: '1/s' },
      ...latencyFigures('PUBLISH to PUBACK and reply'),
      { key: 'keptPerSecond', what: 'until dm has written them', unit: '1/s' },
    ],
    subjects: [...platforms, bareAedes, answeringAedes],
    warmUp: true,
    prepare: () => generator.prepare(devices, prepared),
    measure: async (subject) => {
      const { keptReports, replies } = subject;
      await generator.connect(subject.port);
      await untilQuiet(subject);
      const keptBefore = (await keptReports?.count()) ?? 0;
      const began = performance.now();
      const clock = new ProcessorClock(subject, generator.pid);
      const { runUpMs, timedMs } = sizes;
      const { perSecond, done, p50, p99 } = await generator.report({ window, awaitReply: replies, runUpMs, timedMs });
      await keptReports?.until(keptBefore + done * VALUES_PER_REPORT);
      const seconds = (performance.now() - began) / 1000;
      const processor = await clock.stop(done);
      await generator.disconnect();
      await untilQuiet(subject);
      const figures = { perSecond, p50, p99, ...(keptReports && { keptPerSecond: done / seconds }) };
      return { figures, processor };
    },
  };
};
