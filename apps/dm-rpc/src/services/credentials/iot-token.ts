/**
 * HTTPS authentication before MQTT: an iotId and an iotToken instead of username and password, good for seven days.
 * Alibaba Cloud IoT documentation, "Establish MQTT connections over TCP", section on HTTPS authentication.
 */
import type { services } from '@alink/contract';
import { Code } from '@alink/contract';
import { RpcError, type Handlers } from '@alink/rpc';
import { IOT_TOKEN_LIFETIME_MS, makeIotId, makeIotToken, MAX_IOT_TOKENS } from '@alink/signing';
import type { DmContext } from '../../context';
import { keepToken, liveTokens, tokenRecord } from '../../tokens/issued-tokens';
import type { Transaction } from '../../transaction';
import { notFound } from '../../wire/errors';
import { plainText } from '../../wire/fields';
import { unixSeconds } from '../../wire/times';
import { requireDevice } from '../device-manage/device-record';
import { requireLockedDevice } from '../lock-device';

type Methods = Pick<Handlers<typeof services.credentials>, 'issueIotToken' | 'readIotToken'>;

/** Removes what has expired, and the oldest ones until there is room for one more. @returns how many were live */
const makeRoom = async (tx: Transaction, deviceID: bigint, nowMs: number): Promise<number> => {
  await tx.issuedToken.deleteMany({ where: { deviceID, kind: 'iot', NOT: liveTokens(nowMs) } });
  const surplus = await tx.issuedToken.findMany({
    where: { deviceID, kind: 'iot' },
    orderBy: [{ issuedAt: 'desc' }, { id: 'asc' }],
    skip: MAX_IOT_TOKENS - 1,
    select: { id: true },
  });
  if (surplus.length > 0) await tx.issuedToken.deleteMany({ where: { id: { in: surplus.map(({ id }) => id) } } });
  return surplus.length;
};

export const iotTokenHandlers = ({ prisma, audit, changes, now }: DmContext): Methods => ({
  async issueIotToken(request, call) {
    const device = requireDevice(request);
    const { revoked, ...issued } = await audit.transact(call, async (tx, note) => {
      const deviceID = await requireLockedDevice(tx, device);
      const { isEnable } = await tx.device.findUniqueOrThrow({ where: { id: deviceID } });
      if (!isEnable) throw new RpcError(Code.notEnabled, `device ${device.deviceName} is disabled`);
      const issuedAt = now();
      const revoked = await makeRoom(tx, deviceID, issuedAt);
      const [iotId, iotToken, expiresAt] = [makeIotId(), makeIotToken(), issuedAt + IOT_TOKEN_LIFETIME_MS];
      await keepToken(tx, { deviceID, kind: 'iot', id: iotId, token: iotToken, issuedAt, expiresAt });
      note('token.issue', device, { kind: 'iot', id: iotId, ...(revoked > 0 && { oldestRevoked: revoked }) });
      return { iotId, iotToken, expiresAt: unixSeconds(new Date(expiresAt)), revoked };
    });
    if (revoked > 0) changes.deviceChanged(device);
    return issued;
  },

  async readIotToken({ iotId }) {
    const row = await prisma.issuedToken.findFirst({
      where: { id: plainText('iotId', iotId, 128), kind: 'iot', ...liveTokens(now()) },
      include: {
        device: { select: { productID: true, deviceName: true, product: { select: { productKey: true } } } },
      },
    });
    if (!row) throw notFound('iotId');
    const { product, ...device } = row.device;
    return { device: { ...device, ...product }, token: tokenRecord(row) };
  },
});
