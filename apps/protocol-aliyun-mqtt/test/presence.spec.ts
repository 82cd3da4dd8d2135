/** What the node tells of its sessions. */
import { createMemoryBus } from '@alink/bus';
import { decodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import { eventually } from '@alink/testing';
import { startDeviceNode } from './device-node';

test('two logins of a device within one millisecond are two sessions, each with its own end', async () => {
  const bus = createMemoryBus();
  // Its time stands still.
  const node = await startDeviceNode({}, { now: () => 1_778_593_628_940 }, { bus });
  const told: StatusChange[] = [];
  await bus.consume({ durable: 'presence', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data } of batch) {
      if (subject !== subjects.sessionBegan && subject !== subjects.sessionEnded) continue;
      told.push(JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange);
    }
  });
  const first = await node.connect('dev-twice');
  const second = await node.connect('dev-twice');
  await first.raw.closed;
  await second.raw.close();
  await eventually(() => expect(told).toHaveLength(4));
  const epochs = told.filter(({ action }) => action === 'disconnected').map(({ epoch }) => epoch);
  expect(new Set(epochs).size).toBe(2);
  await node.stop();
});
