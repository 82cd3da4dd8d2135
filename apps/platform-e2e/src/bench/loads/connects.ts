/** Signed connects, some at a time: the platform checks the HMAC and tells dm, aedes admits everybody. */
import { ProcessorClock, untilQuiet } from '../measure/processor-time';
import { latencyFigures, type Bench, type Load } from './load';

export const connectsLoad = ({ generator, sizes, platforms, bareAedes }: Bench): Load => ({
  name: 'connects',
  operation: 'signed connect',
  figures: [{ key: 'perSecond', what: 'signed connects', unit: '1/s' }, ...latencyFigures('TCP to CONNACK')],
  subjects: [...platforms, bareAedes],
  warmUp: true,
  prepare: () => generator.prepare(sizes.connects, 1),
  measure: async (subject) => {
    const clock = new ProcessorClock(subject, generator.pid);
    const { connected, perSecond, p50, p99 } = await generator.connect(subject.port);
    const processor = await clock.stop(connected);
    await generator.disconnect();
    await untilQuiet(subject);
    return { figures: { perSecond, p50, p99 }, processor };
  },
});
