/** Texts that services and applications keep with a device, each under a code. Nobody here reads what is in them. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { plainText, requireText } from '../../wire/fields';
import { requireLockedDevice } from '../lock-device';
import { requireDevice } from './device-record';

type Methods = Pick<
  Handlers<typeof services.deviceManage>,
  'deviceProfileRead' | 'deviceProfileDelete' | 'deviceProfileUpdate' | 'deviceProfileIndex'
>;

const MAX_CODE_LENGTH = 128;
const MAX_PARAMS_LENGTH = 64 * 1024;

const requireCode = (code: string): string => requireText('code', code, MAX_CODE_LENGTH);

export const deviceProfileHandlers = ({ prisma, audit }: DmContext): Methods => ({
  async deviceProfileRead(request) {
    const device = requireDevice(request.device, 'device.');
    const code = requireCode(request.code);
    const row = await prisma.deviceProfile.findFirst({ where: { device, code } });
    return { device, code, params: row?.params ?? '' };
  },

  async deviceProfileIndex({ device: names, codes }) {
    const device = requireDevice(names, 'device.');
    const where = { device, ...(codes.length > 0 && { code: { in: codes } }) };
    const rows = await prisma.deviceProfile.findMany({ where, orderBy: { code: 'asc' } });
    return { profiles: rows.map(({ code, params }) => ({ device, code, params })) };
  },

  async deviceProfileUpdate(request, call) {
    const device = requireDevice(request.device, 'device.');
    const code = requireCode(request.code);
    const params = plainText('params', request.params, MAX_PARAMS_LENGTH);
    await audit.transact(call, async (tx, note) => {
      const deviceID = await requireLockedDevice(tx, device);
      await tx.deviceProfile.upsert({
        where: { deviceID_code: { deviceID, code } },
        create: { deviceID, code, params },
        update: { params },
      });
      note('profile.update', device, { code });
    });
    return {};
  },

  async deviceProfileDelete(request, call) {
    const device = requireDevice(request.device, 'device.');
    const { code } = request;
    await audit.transact(call, async (tx, note) => {
      const { count } = await tx.deviceProfile.deleteMany({ where: { device, ...(code && { code }) } });
      if (count > 0) note('profile.delete', device, { code, count });
    });
    return {};
  },
});
