/** The instances of the services: where they are, how they are, and what they say of themselves. */
import { serviceKeys, services } from '@alink/contract';
import { checkHealth, expectService, RpcError, type Client, type ClientSecurity, type Health } from '@alink/rpc';
import type { StatusSource } from './status-source';
import { LOOK_MS, within } from './within';

/** What a service says of itself. */
export type StatusReport = Awaited<ReturnType<Client<typeof services.status>['statusRead']>>;
export type PartReport = StatusReport['parts'][number];

export interface Place {
  readonly service: string;
  /** `host:port`; '' where there is none. */
  readonly address: string;
  readonly security: ClientSecurity;
}

export interface Instance extends Place {
  readonly health: Health | 'not registered';
  /** What it says of what it needs; undefined where it does not answer, or is of another kind. */
  readonly report: StatusReport | undefined;
}

/** What etcd says; undefined where it is not asked. */
export interface EtcdAnswer {
  /** Why it does not answer; '' where it does. */
  readonly cause: string;
  list(service: string): Promise<readonly string[]>;
}

/** Looks whether etcd answers, within two seconds. */
export const askEtcd = async ({ registry }: StatusSource): Promise<EtcdAnswer | undefined> => {
  if (!registry) return undefined;
  const list = async (service: string): Promise<string[]> => [
    ...new Set((await within(registry.list(service), 'etcd')).values()),
  ];
  try {
    await list(serviceKeys.dm);
    return { cause: '', list };
  } catch (error) {
    return { cause: (error as Error).message, list };
  }
};

/**
 * Where a service is: at the address given, else as etcd says. Where etcd does not answer, the port on this machine is worth
 * a try.
 */
export const findPlaces = async (
  { security: own }: StatusSource,
  etcd: EtcdAnswer | undefined,
  service: string,
  target: string,
  localPort: number,
): Promise<Place[]> => {
  if (target !== '' && !target.startsWith('etcd:')) return [{ service, address: target, security: own }];
  if (!etcd || etcd.cause !== '') return [{ service, address: `localhost:${localPort}`, security: own }];
  const addresses = await etcd.list(service).catch((): string[] => []);
  if (addresses.length === 0) return [{ service, address: '', security: own }];
  // The certificate of what stands in etcd bears the service's name: addresses come and go.
  return addresses.map((address) => ({ service, address, security: expectService(own, service) }));
};

/** Asks it how it is, and what it sees. */
export const lookAt = async (source: StatusSource, place: Place): Promise<Instance> => {
  const { address, security } = place;
  if (address === '') return { ...place, health: 'not registered', report: undefined };
  const [health, report] = await Promise.all([
    checkHealth(address, { security, deadlineMs: LOOK_MS }),
    readReport(source, place),
  ]);
  return { ...place, health, report };
};

const readReport = async (source: StatusSource, { address, security }: Place): Promise<StatusReport | undefined> => {
  try {
    return await source.direct(address, security).client(services.status).statusRead({}, { deadlineMs: LOOK_MS });
  } catch (error) {
    if (error instanceof RpcError) return undefined;
    throw error;
  }
};
