/** What a node works with, as far as its start must know of it: dm.rpc and timedjob.rpc, whose dm.rpc it is, and the bus. */
import type { Bus } from '@alink/bus';
import { serviceKeys, subjects } from '@alink/contract';
import type { Registry } from '@alink/discovery';
import { connectRpc, rpcClientSettings, type RpcChannel } from '@alink/rpc';
import { untilAvailable, type GrpcClientConfig, type Logger } from '@alink/runtime';
import { findDmKind, type ByDmKind, type DmKind } from './directory/dm-kind';
import { waitForDependencies } from './services/dependencies';

export interface NeighboursOptions {
  readonly config: GrpcClientConfig & { readonly STARTUP_TIMEOUT_S: number };
  readonly bus: Bus;
  readonly registry: Registry;
  readonly log: Logger;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

export interface Neighbours {
  readonly dm: RpcChannel;
  readonly timedjob: RpcChannel;
  readonly dmKind: DmKind;
  close(): void;
}

/**
 * Waits until they are there, and finds out whose they are before a device reports anything.
 * @throws {StartError} naming what is missing, after STARTUP_TIMEOUT_S
 * @throws {DirectoryUnavailable} when dm.rpc was there, and then was not
 */
export const reachNeighbours = async (options: NeighboursOptions): Promise<Neighbours> => {
  const { config, registry, log, signal } = options;
  const security = rpcClientSettings(config);
  const dm = connectRpc(`etcd:///${serviceKeys.dm}`, { registry, log, security });
  const timedjob = connectRpc(`etcd:///${serviceKeys.timedjob}`, { registry, log, security });
  const close = (): void => {
    dm.close();
    timedjob.close();
  };
  try {
    await waitForDependencies(registry, security, config.STARTUP_TIMEOUT_S * 1000, log, signal);
    const dmKind = await findDmKind(dm, log);
    await prepareBus[dmKind](options);
    return { dm, timedjob, dmKind, close };
  } catch (error) {
    close();
    throw error;
  }
};

const prepareBus: ByDmKind<(options: NeighboursOptions) => Promise<void>> = {
  /** Between our node and our dm there is a stream of ours. */
  ours: ({ bus, config, log, signal }) => {
    const timeoutMs = config.STARTUP_TIMEOUT_S * 1000;
    return untilAvailable('the stream for reports', () => bus.openStream(), { timeoutMs, log, signal });
  },

  /** What the acknowledgement of a report means depends on the mode of unitedrhino's bus. */
  unitedrhino: async ({ bus, log }) => {
    const [stream, leftBehind] = await Promise.all([
      bus.streamOf(subjects.up('thing', 'any', 'any')),
      bus.streamOf(subjects.reports(0)),
    ]);
    if (stream) log.info({ stream }, 'reports count as kept when they stand in unitedrhino’s stream');
    else log.info('no stream keeps reports: they count as kept when a service of unitedrhino has them in memory');
    if (!leftBehind) return;
    const words = 'a stream of our own dm keeps on unitedrhino’s NATS what nobody consumes; remove it (nats stream rm)';
    log.warn({ stream: leftBehind }, words);
  },
};
