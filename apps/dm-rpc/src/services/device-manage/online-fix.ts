/** A node's own account of who is online: heals what lost messages or a lapsed lease have left wrong. */
import { OnlineState, type services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { PresenceNews } from '../../presence/presence-news';
import type { DevicePresence } from '../../presence/presence-rows';
import { applyPresenceBatch } from '../../presence/presence-store';
import { badParameter } from '../../wire/errors';
import { unixMilliseconds } from '../../wire/times';
import { requireDevice } from './device-record';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceOnlineMultiFix'>;

export const onlineFixHandlers = ({ prisma, now }: DmContext, news: PresenceNews): Methods => ({
  async deviceOnlineMultiFix({ devices }) {
    const happened = devices.map(({ device, isOnline, connectAt }, i): DevicePresence => {
      const state = Number(isOnline);
      if (state !== OnlineState.online && state !== OnlineState.offline)
        throw badParameter(`devices[${i}].isOnline`, 'must be 1 or 2');
      const kind = state === OnlineState.online ? 'held' : 'notHeld';
      const connectedAt = unixMilliseconds(`devices[${i}].connectAt`, connectAt);
      const event = { kind, connectedAt, timestamp: now() } as const;
      return { ...requireDevice(device, `devices[${i}].device.`), event };
    });
    news.tell(await prisma.$transaction((tx) => applyPresenceBatch(tx, happened)));
    return {};
  },
});
