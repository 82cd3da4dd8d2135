/** What devices leave behind in a node's memory once they are gone. */
import { freePort } from '@alink/testing';
import { collectGarbage, inspectable } from '../measure/collect-garbage';
import { untilQuiet } from '../measure/processor-time';
import { residentBytes } from '../measure/resident-memory';
import { HOSTILE_DEVICES, nodeOf, type Trial } from './trial';

export const litterTrial: Trial = {
  name: 'litter',
  figures: [{ key: 'kibibytes', what: 'left behind by a device with unfinished QoS 2 and long filters', unit: 'KiB' }],
  run: async (subject, { attacker, sizes }) => {
    const inspectPort = await freePort();
    await subject.restartBroker(inspectable(inspectPort));
    const held = async (): Promise<number> => {
      await untilQuiet(subject);
      await collectGarbage(nodeOf(subject).pid, inspectPort);
      await untilQuiet(subject);
      return residentBytes(nodeOf(subject).pid);
    };
    const litter = { act: 'litter', port: subject.port, devices: HOSTILE_DEVICES } as const;
    // The first connection is about what the node learns of each device, and warms it up.
    await attacker.order({ ...litter, connections: 1 });
    const before = await held();
    await attacker.order({ ...litter, connections: sizes.litterConnections });
    const more = (await held()) - before;
    const devices = HOSTILE_DEVICES.to - HOSTILE_DEVICES.from;
    return { kibibytes: Math.max(0, more) / 1024 / devices };
  },
};
