/** Memory of the broker's process for a connection that is idle. */
import { setTimeout as pause } from 'node:timers/promises';
import { residentBytes } from '../measure/resident-memory';
import { untilQuiet } from '../measure/processor-time';
import type { Subject } from '../subjects/subject';
import type { Bench, Load } from './load';

/** Time for a process to give back what it needed for a moment. */
const SETTLE_MS = 2000;

const brokerBytes = async (subject: Subject): Promise<number> => {
  await untilQuiet(subject);
  await pause(SETTLE_MS);
  return residentBytes(subject.processes().broker?.[0]?.pid ?? -1);
};

/** Each round has a process that is new: one that has had many connections has memory to spare. */
export const memoryLoad = ({ generator, sizes, platforms, bareAedes }: Bench): Load => ({
  name: 'memory',
  figures: [{ key: 'kibibytes', what: 'memory per idle connection', unit: 'KiB' }],
  subjects: [...platforms, bareAedes],
  warmUp: false,
  prepare: () => generator.prepare(sizes.idleConnections, 1),
  measure: async (subject) => {
    await subject.restartBroker();
    const before = await brokerBytes(subject);
    const { connected } = await generator.connect(subject.port);
    const kibibytes = ((await brokerBytes(subject)) - before) / connected / 1024;
    await generator.disconnect();
    await untilQuiet(subject);
    return { figures: { kibibytes } };
  },
});
