/**
 * What a node needs of others. Without NATS, or where reports are not kept, it must not be given devices: it is not ready.
 * Without dm.rpc it goes on with the devices that it knows, and so do all other nodes, so that is no reason to send devices away.
 */
import type { Bus } from '@alink/bus';
import { joinReports, serviceKeys, subjects } from '@alink/contract';
import type { Registry } from '@alink/discovery';
import { etcdPart, natsPart, type RpcChannel, type WatchedFacts } from '@alink/rpc';
import { PartWatch, type PartCheck } from '@alink/runtime';
import type { DmKind } from './directory/dm-kind';

export interface NodeWatchOptions {
  readonly bus: Bus;
  readonly registry: Registry;
  readonly dm: RpcChannel;
  readonly timedjob: RpcChannel;
  readonly dmKind: DmKind;
}

/** Milliseconds that a service has to take a connection. */
const REACH_MS = 1000;

const servicePart = (name: string, channel: RpcChannel): PartCheck<WatchedFacts> => ({
  name,
  isNeeded: false,
  check: () => channel.ready(REACH_MS),
});

/**
 * Whether the stream keeps what it is given: only trying tells of a disk that is full. The message holds no report, so that
 * dm-rpc passes over it.
 */
const reportsPart = (bus: Bus): PartCheck<WatchedFacts> => ({
  name: 'reports',
  isNeeded: true,
  check: async () => void (await bus.publishKept(subjects.reports(0), joinReports([]))),
});

/** unitedrhino's bus is not ours to try: whether it keeps a report, only a report tells. */
export const watchNode = ({ bus, registry, dm, timedjob, dmKind }: NodeWatchOptions): PartWatch<WatchedFacts> =>
  new PartWatch<WatchedFacts>(
    [
      natsPart(bus),
      ...(dmKind === 'ours' ? [reportsPart(bus)] : []),
      etcdPart(registry, serviceKeys.node),
      servicePart(serviceKeys.dm, dm),
      servicePart(serviceKeys.timedjob, timedjob),
    ],
    { everyMs: EVERY_MS },
  );

/** Milliseconds between two looks, each of which is a message in the stream. */
const EVERY_MS = 5000;
