/** Memory of the broker's process for a connection that is idle. */
import { freePort } from '@alink/testing';
import { collectGarbage, inspectable } from '../measure/collect-garbage';
import { untilQuiet } from '../measure/processor-time';
import { residentBytes } from '../measure/resident-memory';
import type { Subject } from '../subjects/subject';
import type { Bench, Load } from './load';

/** What the process holds when it has nothing to do. */
const heldBytes = async (subject: Subject, inspectPort: number): Promise<number> => {
  const pid = subject.processes().broker![0]!.pid;
  await untilQuiet(subject);
  await collectGarbage(pid, inspectPort);
  await untilQuiet(subject);
  return residentBytes(pid);
};

/** Each round has a process that is new: one that has had many connections has memory to spare. */
export const memoryLoad = ({ generator, sizes, platforms, bareAedes }: Bench): Load => ({
  name: 'memory',
  figures: [{ key: 'kibibytes', what: 'memory per idle connection', unit: 'KiB' }],
  subjects: [...platforms, bareAedes],
  warmUp: false,
  prepare: () => generator.prepare(sizes.idleConnections, 1),
  measure: async (subject) => {
    const inspectPort = await freePort();
    await subject.restartBroker(inspectable(inspectPort));
    const before = await heldBytes(subject, inspectPort);
    const { connected } = await generator.connect(subject.port);
    const kibibytes = ((await heldBytes(subject, inspectPort)) - before) / connected / 1024;
    await generator.disconnect();
    await untilQuiet(subject);
    return { figures: { kibibytes } };
  },
});
