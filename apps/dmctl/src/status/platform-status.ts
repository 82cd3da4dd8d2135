import { serviceKeys } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import { CliError, ExitCode } from '../exit-code';
import type { Session } from '../session';
import { isoOfMs } from '../time-text';
import { askEtcd, findPlaces, lookAt, type Instance } from './instances';
import { nodeServiceOf, protocolRows, readProtocols, type ProtocolRow } from './nodes';
import { missedSince, partRows } from './parts';

/** A type, not an interface, so that it is a row of output. */
type ServiceRow = {
  readonly service: string;
  readonly address: string;
  readonly health: Instance['health'];
  /** Of one that serves, when it was started; of others, since when those that answer miss it, or it its parts. */
  readonly since: string | undefined;
};

/**
 * Shows the services, what they need, and the nodes. Each question has two seconds, so that whatever is down or hangs, the
 * rest is shown.
 * @throws {CliError} when one of them is not well
 */
export const showStatus = async (session: Session): Promise<void> => {
  const { out, io, settings } = session;
  const etcd = await askEtcd(session);
  const placesOf = (service: string, target: string, port: number) => findPlaces(session, etcd, service, target, port);
  const neighbours = await Promise.all([
    placesOf(serviceKeys.dm, session.address('dm').target, settings.dmPort),
    placesOf(serviceKeys.timedjob, session.address('timedjob').target, settings.jobPort),
  ]);
  const lookedAt = await Promise.all(neighbours.flat().map((place) => lookAt(session, place)));

  const dm = channelTo(session, lookedAt);
  const protocols = await readProtocols(dm);
  const nodeService = nodeServiceOf(settings.nodeService, protocols) ?? serviceKeys.dg;
  const nodePlaces = await placesOf(nodeService, '', settings.nodePort);
  const instances = [...lookedAt, ...(await Promise.all(nodePlaces.map((place) => lookAt(session, place))))];

  const services = instances.map((instance) => serviceRow(instance, instances));
  const parts = partRows(instances, etcd);
  const nodes =
    dm && protocols
      ? await protocolRows(dm, protocols, etcd, nodeService, io.now() / 1000).catch(() => undefined)
      : undefined;
  if (out.json) out.document({ services, parts, protocols: nodes ?? [] });
  else {
    out.rows(services, ['service', 'address', 'health', 'since'], '');
    out.text('\n');
    out.rows(parts, ['part', 'state', 'since', 'detail'], '');
    if (nodes) {
      out.text('\n');
      out.rows(nodes, ['protocol', 'name', 'instance', 'state', 'seen'], 'no node has announced a protocol');
    }
  }
  judge(services, parts, nodes);
};

/** A way to a dm.rpc that answers, preferably one that serves. */
const channelTo = (session: Session, instances: readonly Instance[]): RpcChannel | undefined => {
  const [found] = instances
    .filter(({ service, health }) => service === serviceKeys.dm && (health === 'serving' || health === 'not serving'))
    .sort((a, b) => Number(b.health === 'serving') - Number(a.health === 'serving'));
  return found && session.direct(found.address, found.security);
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

/** @throws {CliError} naming what is not well */
const judge = (
  services: readonly ServiceRow[],
  parts: ReturnType<typeof partRows>,
  nodes: readonly ProtocolRow[] | undefined,
): void => {
  const unwell = [
    ...services.filter(({ health }) => health !== 'serving').map(({ service, health }) => `${service} is ${health}`),
    ...parts
      .filter(({ state }) => state === 'down')
      .map(({ part }) => (part === 'etcd' ? 'etcd does not answer' : `${part} is down`)),
  ];
  if (unwell.length > 0) {
    throw new CliError(ExitCode.unreachable, unwell.join(', '), {
      hint: '"npm start" starts everything in one process. ETCD_HOSTS says where etcd is; without it, localhost is asked.',
    });
  }
  if (!nodes) throw new CliError(ExitCode.unreachable, 'dm.rpc does not tell which nodes there are');
  const idle = nodes.filter(({ state }) => state !== 'running' && state !== 'stopped');
  if (idle.length > 0 || !nodes.some(({ state }) => state === 'running')) {
    throw new CliError(ExitCode.refused, 'not every protocol has a node that runs', {
      hint: 'Start protocol-aliyun-mqtt; its log says what it waits for.',
    });
  }
};
