/** The parts that most services need, as a watch looks at them. */
import type { Registry } from '@alink/discovery';
import type { PartCheck } from '@alink/runtime';
import type { WatchedFacts } from './status-service';

/** A bus, as far as it is looked at. */
interface WatchedBus {
  readonly connected: boolean;
  streamFacts(): Promise<WatchedFacts | undefined>;
}

/** The database; its check is any query. */
export const postgresPart = (check: () => Promise<unknown>): PartCheck<WatchedFacts> => ({
  name: 'PostgreSQL',
  isNeeded: true,
  check: async () => void (await check()),
});

/** NATS, with its stream where there is one. A server that is frozen is found by its silence. */
export const natsPart = (bus: WatchedBus): PartCheck<WatchedFacts> => ({
  name: 'NATS',
  isNeeded: true,
  check: async () => {
    if (!bus.connected) throw new Error('not connected');
    return bus.streamFacts();
  },
});

/** etcd: without it a service does its work for those who have found it already. */
export const etcdPart = (registry: Registry, service: string): PartCheck<WatchedFacts> => ({
  name: 'etcd',
  isNeeded: false,
  check: async () => void (await registry.list(service)),
});
