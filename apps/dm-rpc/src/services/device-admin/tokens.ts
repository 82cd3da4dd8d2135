/** The tokens that a device holds: list and revoke. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { liveTokens } from '../../tokens/issued-tokens';
import { noDevice, notFound } from '../../wire/errors';
import { plainText } from '../../wire/fields';
import { unixSeconds } from '../../wire/times';
import { requireDevice } from '../device-manage/device-record';
import { requireLockedDevice } from '../lock-device';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'listTokens' | 'revokeToken'>;

export const tokenHandlers = ({ prisma, audit, changes, now }: DmContext): Methods => ({
  async listTokens(request) {
    const device = requireDevice(request);
    const row = await prisma.device.findUnique({
      where: { productID_deviceName: device },
      select: { tokens: { where: liveTokens(now()), orderBy: [{ issuedAt: 'asc' }, { id: 'asc' }] } },
    });
    if (!row) throw noDevice(device);
    return {
      tokens: row.tokens.map(({ id, kind, issuedAt, lastUsedAt, expiresAt }) => ({
        id,
        kind,
        issuedAt: unixSeconds(issuedAt),
        lastUsedAt: unixSeconds(lastUsedAt),
        expiresAt: unixSeconds(expiresAt),
      })),
    };
  },

  async revokeToken(request, call) {
    const device = requireDevice(request);
    const id = plainText('id', request.id, 128);
    await audit.transact(call, async (tx, note) => {
      const deviceID = await requireLockedDevice(tx, device);
      const { count } = await tx.issuedToken.deleteMany({ where: { deviceID, ...(id && { id }) } });
      if (id && count === 0) throw notFound(`token ${id} of device ${device.deviceName}`);
      note('token.revoke', device, id ? { id } : { all: count });
    });
    changes.deviceChanged(device);
    return {};
  },
});
