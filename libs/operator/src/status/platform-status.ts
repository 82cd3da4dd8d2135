/** How the platform is: its services, what they need, and the nodes. */
import { serviceKeys } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import { isoOfMs } from '../words/time-text';
import { askEtcd, findPlaces, lookAt, type Instance } from './instances';
import { nodeServiceOf, protocolRows, readProtocols, type ProtocolRow } from './nodes';
import { missedSince, partRows, type PartRow } from './parts';
import type { LookedFor, StatusSource } from './status-source';

/** A type, not an interface, so that it is a row of output. */
export type ServiceRow = {
  readonly service: string;
  readonly address: string;
  readonly health: Instance['health'];
  /** Of one that serves, when it was started; of others, since when those that answer miss it, or it its parts. */
  readonly since: string | undefined;
};

export interface PlatformStatus {
  readonly services: readonly ServiceRow[];
  readonly parts: readonly PartRow[];
  /** Undefined where dm.rpc does not tell. */
  readonly protocols: readonly ProtocolRow[] | undefined;
}

/**
 * Asks everything how it is. Each question has two seconds, so that whatever is down or hangs, the rest is there.
 * @param now unix milliseconds
 */
export const readStatus = async (source: StatusSource, now: number): Promise<PlatformStatus> => {
  const { dm: dmPlace, timedjob, node } = source;
  const etcd = await askEtcd(source);
  const placesOf = (service: string, { target, port }: LookedFor) => findPlaces(source, etcd, service, target, port);
  const neighbours = await Promise.all([placesOf(serviceKeys.dm, dmPlace), placesOf(serviceKeys.timedjob, timedjob)]);
  const lookedAt = await Promise.all(neighbours.flat().map((place) => lookAt(source, place)));

  const dm = channelTo(source, lookedAt);
  const announced = await readProtocols(dm);
  const nodeService = nodeServiceOf(node.service, announced) ?? serviceKeys.dg;
  const nodePlaces = await placesOf(nodeService, node);
  const instances = [...lookedAt, ...(await Promise.all(nodePlaces.map((place) => lookAt(source, place))))];

  const services = instances.map((instance) => serviceRow(instance, instances));
  const parts = partRows(instances, etcd);
  const protocols =
    dm && announced
      ? await protocolRows(dm, announced, etcd, nodeService, now / 1000).catch(() => undefined)
      : undefined;
  return { services, parts, protocols };
};

/** A way to a dm.rpc that answers, preferably one that serves. */
const channelTo = (source: StatusSource, instances: readonly Instance[]): RpcChannel | undefined => {
  const [found] = instances
    .filter(({ service, health }) => service === serviceKeys.dm && (health === 'serving' || health === 'not serving'))
    .sort((a, b) => Number(b.health === 'serving') - Number(a.health === 'serving'));
  return found && source.direct(found.address, found.security);
};

const serviceRow = ({ service, address, health, report }: Instance, all: readonly Instance[]): ServiceRow => {
  const missing = (report?.parts ?? []).filter(({ up }) => !up).map(({ since }) => Number(since));
  const since = {
    serving: report && isoOfMs(report.startedAt),
    'not serving': missing.length > 0 ? isoOfMs(Math.min(...missing)) : undefined,
  };
  return {
    service,
    address,
    health,
    since: health in since ? since[health as keyof typeof since] : missedSince(service, all),
  };
};
