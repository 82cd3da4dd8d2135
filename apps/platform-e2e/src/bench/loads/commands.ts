/** Commands from gRPC to a device that answers at once, and back, one after the other. */
import { services } from '@alink/contract';
import { PRODUCT } from '../../platform';
import { nameOf } from '../devices';
import { ProcessorClock } from '../measure/processor-time';
import { quantile } from '../results/statistics';
import type { PlatformSubject } from '../subjects/platform';
import { latencyFigures, type Bench, type Load } from './load';

const DEADLINE_MS = 15_000;

export const commandsLoad = ({ generator, sizes, platforms }: Bench): Load<PlatformSubject> => ({
  name: 'commands',
  operation: 'command',
  figures: latencyFigures('command, gRPC to device to gRPC'),
  subjects: platforms,
  warmUp: true,
  prepare: () => generator.prepare(1, 1),
  measure: async (subject) => {
    await generator.connect(subject.port);
    await generator.answerCommands();
    const interact = subject.platform.client(services.deviceInteract);
    const times: number[] = [];
    const clock = new ProcessorClock(subject, generator.pid);
    for (let n = 0; n < sizes.commands; n++) {
      const began = performance.now();
      await interact.propertyControlSend(
        { productID: PRODUCT, deviceName: nameOf(0), data: `{"temperature":${n % 100}}`, shadowControl: 1 },
        { deadlineMs: DEADLINE_MS },
      );
      times.push(performance.now() - began);
    }
    const processor = await clock.stop(sizes.commands);
    await generator.disconnect();
    return { figures: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }, processor };
  },
});
