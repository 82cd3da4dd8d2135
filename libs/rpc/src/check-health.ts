/** The client's side of the standard health service (gRPC documentation, "GRPC Health Checking Protocol"). */
import type { Service } from '@alink/contract';
import type { ClientSecurity } from './protection';
import { connectRpc } from './rpc-channel';
import { RpcError } from './rpc-error';

/** What a server says of itself, or that it says nothing. */
export type Health = 'serving' | 'not serving' | 'unreachable';

/** Loaded only when somebody asks: the package parses a file to know its own service. */
const healthService = async (): Promise<Service> => {
  const { service } = await import('grpc-health-check');
  // It brings a loader of its own, whose types differ from ours in name only.
  return { name: 'grpc.health.v1.Health', definition: service as unknown as Service['definition'], package: {} };
};
type Check = (request: { service: string }, options: { deadlineMs: number }) => Promise<{ status: string }>;

export interface CheckHealthOptions {
  /** Milliseconds until silence counts as `unreachable` (default 3000). */
  readonly deadlineMs?: number;
  readonly security?: ClientSecurity;
}

/** Asks the server at `host:port` how it is. */
export const checkHealth = async (
  address: string,
  { deadlineMs = 3000, security }: CheckHealthOptions = {},
): Promise<Health> => {
  const service = await healthService();
  const channel = connectRpc(address, { security });
  try {
    const { Check } = channel.client(service) as unknown as { Check: Check };
    const { status } = await Check({ service: '' }, { deadlineMs });
    return status === 'SERVING' ? 'serving' : 'not serving';
  } catch (error) {
    if (error instanceof RpcError) return 'unreachable';
    throw error;
  } finally {
    channel.close();
  }
};
