/** Tells dm which devices are online here, whatever messages were lost. */
import { services } from '@alink/contract';
import type { RpcChannel } from '@alink/rpc';
import type { SessionTable } from '../session/session-table';

/** Devices in one call. */
const BATCH = 1000;
const ONLINE = 2;

export const fixPresence = async (dm: RpcChannel, sessions: SessionTable): Promise<void> => {
  const devices = dm.client(services.deviceManage);
  const online = [...sessions]
    .filter((session) => session.state === 'online')
    .map(({ productID, deviceName, onlineSinceMs }) => ({
      device: { productID, deviceName },
      isOnline: ONLINE,
      connectAt: onlineSinceMs,
    }));
  for (let from = 0; from < online.length; from += BATCH) {
    await devices.deviceOnlineMultiFix({ devices: online.slice(from, from + BATCH) });
  }
};
