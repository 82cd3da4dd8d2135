/** The services without which a node cannot work. */
import { serviceKeys } from '@alink/contract';
import { waitForService, type Registry } from '@alink/discovery';
import { connectRpc, expectService, type ClientSecurity } from '@alink/rpc';
import { StartError, type Logger } from '@alink/runtime';

/** Milliseconds that one try to reach an instance may take. */
const PROBE_MS = 2000;

/**
 * Waits until dm.rpc and timedjob.rpc are registered and reachable, saying meanwhile which one is missing.
 * @throws {StartError} naming what is missing and what to do, after `timeoutMs`
 */
export const waitForDependencies = async (
  registry: Registry,
  security: ClientSecurity,
  timeoutMs: number,
  log: Logger,
  signal?: AbortSignal,
): Promise<void> => {
  try {
    await waitForService(registry, [serviceKeys.dm, serviceKeys.timedjob], {
      timeoutMs,
      signal,
      probe: async (address, service) => {
        const channel = connectRpc(address, { log, security: expectService(security, service) });
        try {
          await channel.ready(PROBE_MS);
        } finally {
          channel.close();
        }
      },
      onWaiting: (missing) => log.warn({ missing }, `waiting for ${missing.join(', ')}`),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `${cause}; start it, and check ETCD_HOSTS (etcdctl get --prefix ${serviceKeys.dm} must show its key)`,
      { cause: error },
    );
  }
};
