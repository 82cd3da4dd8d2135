import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { pageOf } from '../../wire/paging';
import { readStatusLog } from '../device-msg/status-log';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'statusLogIndex'>;

/** With the reasons, which the message of `dm.DeviceMsg` has no field for. */
export const statusLogHandlers = ({ prisma }: DmContext): Methods => ({
  async statusLogIndex({ page, size, ...request }) {
    const { rows, total } = await readStatusLog({ prisma }, request, pageOf({ page, size, orders: [] }));
    return {
      total,
      list: rows.map(({ timestamp, status, reason }) => ({ timestamp: timestamp.toString(), status, reason })),
    };
  },
});
