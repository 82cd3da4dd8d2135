/** Memory of the broker's process for a connection that is idle. */
import { setTimeout as pause } from 'node:timers/promises';
import { residentBytes } from '../measure/resident-memory';
import { untilQuiet } from '../measure/processor-time';
import type { Subject } from '../subjects/subject';
import type { Bench, Load } from './load';

const brokerBytes = async (subject: Subject, settleMs: number): Promise<number> => {
  await untilQuiet(subject);
  await pause(settleMs);
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
    const before = await brokerBytes(subject, sizes.settleMs);
    const { connected } = await generator.connect(subject.port);
    const kibibytes = ((await brokerBytes(subject, sizes.settleMs)) - before) / connected / 1024;
    await generator.disconnect();
    await untilQuiet(subject);
    return { figures: { kibibytes } };
  },
});
