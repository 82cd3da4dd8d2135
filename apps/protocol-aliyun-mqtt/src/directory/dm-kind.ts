/** Whose dm.rpc this node works with: ours, or unitedrhino's, which has neither our stream nor our services. */
import { Code, services } from '@alink/contract';
import { RpcError, type RpcChannel } from '@alink/rpc';
import type { Logger } from '@alink/runtime';
import { dmFailure } from './dm-failure';

export type DmKind = 'ours' | 'unitedrhino';

/** What is done one way with our dm.rpc, and another way with unitedrhino's. */
export type ByDmKind<T> = { readonly [kind in DmKind]: T };

/**
 * Asks dm.rpc for what only ours has, about nothing.
 * @throws {DirectoryUnavailable} when it cannot be asked
 */
export const findDmKind = async (dm: RpcChannel, log: Logger): Promise<DmKind> => {
  try {
    await dm.client(services.directory).resolve({ devices: [], productKeys: [] });
    return 'ours';
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== Code.notImplemented) throw dmFailure(error);
    log.info('dm.rpc is unitedrhino’s: its own methods are asked, and what devices say goes to it in its own form');
    return 'unitedrhino';
  }
};
