import { readStatus, type PlatformStatus } from '@alink/operator/status';
import { CliError, ExitCode } from './exit-code';
import type { Session } from './session';

/**
 * Shows the services, what they need, and the nodes.
 * @throws {CliError} when one of them is not well
 */
export const showStatus = async (session: Session): Promise<void> => {
  const { out, io } = session;
  const status = await readStatus(session.statusSource(), io.now());
  const { services, parts, protocols } = status;
  if (out.json) out.document({ services, parts, protocols: protocols ?? [] });
  else {
    out.rows(services, ['service', 'address', 'health', 'since'], '');
    out.text('\n');
    out.rows(parts, ['part', 'state', 'since', 'detail'], '');
    if (protocols) {
      out.text('\n');
      out.rows(protocols, ['protocol', 'name', 'instance', 'state', 'seen'], 'no node has announced a protocol');
    }
  }
  judge(status);
};

/** @throws {CliError} naming what is not well */
const judge = ({ services, parts, protocols }: PlatformStatus): void => {
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
  if (!protocols) throw new CliError(ExitCode.unreachable, 'dm.rpc does not tell which nodes there are');
  const idle = protocols.filter(({ state }) => state !== 'running' && state !== 'stopped');
  if (idle.length > 0 || !protocols.some(({ state }) => state === 'running')) {
    throw new CliError(ExitCode.refused, 'not every protocol has a node that runs', {
      hint: 'Start protocol-aliyun-mqtt; its log says what it waits for.',
    });
  }
};
