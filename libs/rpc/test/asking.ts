/** A server that tells callers who they are, and channels to it, closed after each test. */
import { services } from '@alink/contract';
import { PATIENCE_MS } from '@alink/testing';
import { connectRpc, type ClientSecurity, type RpcChannel, type RpcServer, type ServerSecurity } from '../src/index';
import { recorder, startTimedServer } from './timed-server';

export interface Asking {
  readonly server: RpcServer;
  readonly address: string;
  /** Everything that server and channels logged. */
  readonly lines: readonly string[];
  channel(security?: ClientSecurity, target?: string): RpcChannel;
  /** Calls over a new channel: the actor that the handler saw, `nobody` without one. */
  actor(security?: ClientSecurity): Promise<string>;
}

const open: (() => unknown)[] = [];
export const closeAll = async (): Promise<void> => {
  for (const close of open.splice(0).reverse()) await close();
};

export const askOver = async (channel: RpcChannel, deadlineMs = PATIENCE_MS): Promise<string> =>
  (await channel.client(services.timedManage).TaskGroupRead({}, { deadlineMs })).name;

export const startAsking = async (security?: ServerSecurity): Promise<Asking> => {
  const { log, lines } = recorder();
  const handlers = {
    TaskGroupRead: async (_request: unknown, { actor }: { actor?: string }) => ({ name: actor ?? 'nobody' }),
  };
  const server = await startTimedServer(handlers, { security, log });
  open.push(() => server.stop());
  const address = `127.0.0.1:${server.port}`;
  const channel: Asking['channel'] = (shown, target = `localhost:${server.port}`) => {
    const made = connectRpc(target, { security: shown, log });
    open.push(() => made.close());
    return made;
  };
  return { server, address, lines, channel, actor: (shown) => askOver(channel(shown)) };
};
