import { serviceKeys, ServiceStatus } from '@alink/contract';
import { checkHealth, expectService, type Health } from '@alink/rpc';
import { CliError, ExitCode } from './exit-code';
import type { Session } from './session';
import { isoOfSeconds } from './time-text';

/** Seconds without a sign of life after which a node counts as gone: it gives one every 60. */
const SILENT_AFTER_S = 180;

/** Types, not interfaces, so that they are rows of output. */
type ServiceRow = {
  readonly service: string;
  readonly address: string;
  readonly health: Health | 'not registered';
};
type ProtocolRow = {
  readonly protocol: string;
  readonly name: string;
  readonly instance: string;
  readonly state: 'running' | 'stopped' | 'silent' | 'no node';
  readonly seen: string | undefined;
};

/** Shows the services and the nodes. @throws {CliError} when one of them is not well */
export const showStatus = async (session: Session): Promise<void> => {
  const { out, io } = session;
  const services = await serviceRows(session);
  // Without dm.rpc there is nobody to ask about protocols; its absence is reported below.
  const dmServes = services.some(({ service, health }) => service === serviceKeys.dm && health === 'serving');
  const protocols = dmServes ? await protocolRows(session, io.now() / 1000) : [];
  if (out.json) out.document({ services, protocols });
  else {
    out.rows(services, ['service', 'address', 'health'], '');
    if (dmServes) {
      out.text('\n');
      out.rows(protocols, ['protocol', 'name', 'instance', 'state', 'seen'], 'no node has announced a protocol');
    }
  }
  const unwell = services.filter(({ health }) => health !== 'serving');
  if (unwell.length > 0) {
    const list = unwell.map(({ service, health }) => `${service} is ${health}`).join(', ');
    throw new CliError(ExitCode.unreachable, list, { hint: '"npm start" starts everything in one process.' });
  }
  const idle = protocols.filter(({ state }) => state !== 'running' && state !== 'stopped');
  const running = protocols.some(({ state }) => state === 'running');
  if (idle.length > 0 || !running) {
    throw new CliError(ExitCode.refused, 'not every protocol has a node that runs', {
      hint: 'Start protocol-aliyun-mqtt; its log says what it waits for.',
    });
  }
};

const serviceRows = async (session: Session): Promise<ServiceRow[]> => {
  const found = await Promise.all([
    findService(session, serviceKeys.dm, session.address('dm').target),
    findService(session, serviceKeys.timedjob, session.address('timedjob').target),
    findService(session, serviceKeys.dg, session.registry ? '' : `localhost:${session.settings.nodePort}`),
  ]);
  return Promise.all(
    found.flat().map(async ({ service, address, ofEtcd }): Promise<ServiceRow> => {
      const { security: own } = session.settings;
      // The certificate of what stands in etcd bears the service's name: addresses come and go.
      const security = ofEtcd ? expectService(own, service) : own;
      const health = address ? await checkHealth(address, { security }) : 'not registered';
      return { service, address, health };
    }),
  );
};

/** The instances of a service: the one at the address given, else those in etcd. */
const findService = async ({ registry }: Session, service: string, target: string) => {
  if (!registry || (target !== '' && !target.startsWith('etcd:'))) return [{ service, address: target, ofEtcd: false }];
  let addresses: string[];
  try {
    addresses = [...new Set((await registry.list(service)).values())];
  } catch (error) {
    throw new CliError(ExitCode.unreachable, `etcd does not answer: ${(error as Error).message}`, {
      hint: 'ETCD_HOSTS says where etcd is; without it, localhost is asked.',
    });
  }
  if (addresses.length === 0) addresses.push('');
  return addresses.map((address) => ({ service, address, ofEtcd: true }));
};

const protocolRows = async ({ protocols }: Session, nowSeconds: number): Promise<ProtocolRow[]> => {
  const { list } = await protocols.protocolInfoIndex({});
  const rows = await Promise.all(
    list.map(async ({ code, name }): Promise<ProtocolRow[]> => {
      const { list: instances } = await protocols.protocolServiceIndex({ code });
      if (instances.length === 0) return [{ protocol: code, name, instance: '', state: 'no node', seen: undefined }];
      return instances.map(({ ip, port, status, updatedTime }) => ({
        protocol: code,
        name,
        instance: `${ip}:${port}`,
        state: stateOf(status, nowSeconds - Number(updatedTime)),
        seen: isoOfSeconds(updatedTime),
      }));
    }),
  );
  return rows.flat();
};

const stateOf = (status: string, silentSeconds: number): ProtocolRow['state'] => {
  if (Number(status) !== ServiceStatus.running) return 'stopped';
  return silentSeconds > SILENT_AFTER_S ? 'silent' : 'running';
};
