/** How dm is given an account of sessions: ours by their places in its stream, unitedrhino's by the times of their beginnings. */
import { OnlineState, services } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import type { ByDmKind } from '../directory/dm-kind';
import type { Epoch } from './epoch';

/** A device that a session is of. */
interface Named {
  readonly productID: string;
  readonly deviceName: string;
}

export interface SessionAccount extends Named {
  readonly isOnline: boolean;
  /** Unix milliseconds. */
  readonly onlineSinceMs: number;
  /** Undefined where its beginning is not known to be kept. */
  readonly place: Epoch | undefined;
  /** The gateway device that it goes through, and the place of that device's session. */
  readonly via?: Named & { readonly place: Epoch | undefined };
}

/** @throws {RpcError} when dm does not take it */
export type GiveAccount = (sessions: readonly SessionAccount[]) => Promise<void>;

const named = ({ productID, deviceName }: Named): Named => ({ productID, deviceName });

export const accounts: ByDmKind<(dm: RpcChannel, nodeId: string) => GiveAccount> = {
  ours: (dm, node) => {
    const presence = dm.client(services.presence);
    return async (sessions) => {
      // What begins now tells so by itself.
      const known = sessions.filter(({ isOnline, place }) => !isOnline || place);
      const told = known.map((session) => ({
        device: named(session),
        place: session.place,
        isOnline: session.isOnline,
        connectedAt: session.onlineSinceMs,
        ...(session.via && { via: named(session.via), viaPlace: session.via.place }),
      }));
      if (told.length > 0) await presence.account({ node, sessions: told });
    };
  },
  unitedrhino: (dm) => {
    const deviceManage = dm.client(services.deviceManage);
    return async (sessions) => {
      const devices = sessions.map((session) => ({
        device: named(session),
        isOnline: session.isOnline ? OnlineState.online : OnlineState.offline,
        connectAt: session.onlineSinceMs,
      }));
      await deviceManage.deviceOnlineMultiFix({ devices });
    };
  },
};
