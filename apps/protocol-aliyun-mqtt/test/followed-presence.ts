/**
 * Who is online by what stands in the stream, as dm reads it: the end of a connection is that of all whose beginning says that
 * they go through it, and one of an earlier session changes nothing.
 */
import type { Bus } from '@alink/bus';
import { decodeEnvelope, subjects, type StatusChange } from '@alink/contract';

export const followPresence = async (bus: Bus) => {
  const online = new Map<string, { epoch: number; via?: StatusChange['via'] }>();
  const take = ({ action, deviceName, via, epoch }: StatusChange, sequence: number): void => {
    if (action === 'connected') return void online.set(deviceName, { epoch: sequence, via });
    if (online.get(deviceName)?.epoch === epoch) online.delete(deviceName);
    for (const [follower, { via: through }] of online) {
      if (through?.deviceName === deviceName && through.epoch === epoch) online.delete(follower);
    }
  };
  const consumer = await bus.consume({ durable: 'presence', maxBatch: 100, maxWaitMs: 1 }, async (batch) => {
    for (const { subject, data, sequence } of batch) {
      if (subject !== subjects.sessionBegan && subject !== subjects.sessionEnded) continue;
      take(JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange, sequence);
    }
  });
  return {
    /** By device: itself, where it has a connection of its own, or its gateway device. */
    through: (): Record<string, string> =>
      Object.fromEntries([...online].map(([name, { via }]) => [name, via?.deviceName ?? name])),
    stop: () => consumer.stop(),
  };
};
