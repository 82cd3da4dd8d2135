/** The client's side of the standard health service (gRPC documentation, "GRPC Health Checking Protocol"). */
import type { Service } from '@alink/contract';
import { service as healthDefinition } from 'grpc-health-check';
import type { ClientSecurity } from './protection';
import { connectRpc } from './rpc-channel';
import { RpcError } from './rpc-error';

/** What a server says of itself, or that it says nothing. */
export type Health = 'serving' | 'not serving' | 'unreachable';

// The package brings a loader of its own, whose types differ from ours in name only.
const health: Service = {
  name: 'grpc.health.v1.Health',
  definition: healthDefinition as unknown as Service['definition'],
  package: {},
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
  const channel = connectRpc(address, { security });
  try {
    const { Check } = channel.client(health) as unknown as { Check: Check };
    const { status } = await Check({ service: '' }, { deadlineMs });
    return status === 'SERVING' ? 'serving' : 'not serving';
  } catch (error) {
    if (error instanceof RpcError) return 'unreachable';
    throw error;
  } finally {
    channel.close();
  }
};
