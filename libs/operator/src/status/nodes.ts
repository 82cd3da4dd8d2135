/** The protocols that nodes have announced to dm.rpc, and whether those nodes are still there. */
import { hostPort } from '@alink/text';
import { Code, PROTOCOL_CODE, services, ServiceStatus } from '@alink/contract';
import { RpcError, type RpcChannel } from '@alink/rpc';
import { isoOfSeconds } from '../words/time-text';
import type { EtcdAnswer } from './instances';
import { LOOK_MS } from './within';

/** Seconds without a sign of life after which a node counts as gone where there is no etcd to ask: it gives one every 60. */
const SILENT_AFTER_S = 180;

/** A type, not an interface, so that it is a row of output. */
export type ProtocolRow = {
  readonly protocol: string;
  readonly name: string;
  readonly instance: string;
  /** `gone`: it says that it runs, but its lease in etcd has ended. */
  readonly state: 'running' | 'stopped' | 'silent' | 'gone' | 'no node';
  readonly seen: string | undefined;
};

interface Protocol {
  readonly code: string;
  readonly name: string;
  readonly etcdKey: string;
}

/**
 * The protocols that dm.rpc knows; undefined where it does not say, for want of its database as well.
 * @throws {RpcError} when it answers that this caller may not ask
 */
export const readProtocols = async (dm: RpcChannel | undefined): Promise<readonly Protocol[] | undefined> => {
  if (!dm) return undefined;
  try {
    const { list } = await dm.client(services.protocolManage).protocolInfoIndex({}, { deadlineMs: LOOK_MS });
    return list;
  } catch (error) {
    if (error instanceof RpcError && cannotSay(error)) return undefined;
    throw error;
  }
};

const cannotSay = ({ unavailable, code, cause }: RpcError): boolean =>
  unavailable ||
  code === Code.system ||
  code === Code.database ||
  (cause as { code?: unknown } | undefined)?.code === DEADLINE_EXCEEDED;

/** gRPC's status when the caller's own patience ends. */
const DEADLINE_EXCEEDED = 4;

/** The key of our nodes in etcd: the one that is said, else the one that they told dm.rpc. */
export const nodeServiceOf = (
  said: string | undefined,
  protocols: readonly Protocol[] | undefined,
): string | undefined => said ?? (protocols?.find(({ code }) => code === PROTOCOL_CODE)?.etcdKey || undefined);

export const protocolRows = async (
  dm: RpcChannel,
  protocols: readonly Protocol[],
  etcd: EtcdAnswer | undefined,
  nodeService: string,
  nowSeconds: number,
): Promise<ProtocolRow[]> => {
  const rows = await Promise.all(
    protocols.map(async ({ code, name, etcdKey }): Promise<ProtocolRow[]> => {
      const { list } = await dm.client(services.protocolManage).protocolServiceIndex({ code }, { deadlineMs: LOOK_MS });
      if (list.length === 0) return [{ protocol: code, name, instance: '', state: 'no node', seen: undefined }];
      const key = code === PROTOCOL_CODE ? nodeService : etcdKey;
      const leased = etcd?.cause === '' && key ? await etcd.list(key).catch(() => undefined) : undefined;
      return list.map(({ ip, port, status, updatedTime }) => ({
        protocol: code,
        name,
        instance: hostPort(ip, port),
        state: stateOf(Number(status), leased?.includes(hostPort(ip, port)), nowSeconds - Number(updatedTime)),
        seen: isoOfSeconds(updatedTime),
      }));
    }),
  );
  return rows.flat();
};

/** @param isLeased whether etcd has it; undefined where etcd is not there to say */
const stateOf = (status: number, isLeased: boolean | undefined, silentSeconds: number): ProtocolRow['state'] => {
  if (status !== ServiceStatus.running) return 'stopped';
  if (isLeased !== undefined) return isLeased ? 'running' : 'gone';
  return silentSeconds > SILENT_AFTER_S ? 'silent' : 'running';
};
