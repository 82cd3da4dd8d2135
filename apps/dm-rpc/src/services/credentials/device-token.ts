/**
 * 一型一密, pre-registration-free: a device gets a clientId and a deviceToken with the product's secret, and is created
 * where it is missing. Alibaba Cloud IoT documentation, "MQTT-based dynamic registration".
 */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { makeClientId, makeDeviceToken, MAX_DEVICE_TOKENS } from '@alink/signing';
import type { DmContext } from '../../context';
import type { DeviceCore } from '../../device-core';
import { keepToken, liveTokens } from '../../tokens/issued-tokens';
import type { Transaction } from '../../transaction';
import { isForeignKeyViolation, noProduct } from '../../wire/errors';
import { requireDevice, secretOwner } from '../device-manage/device-record';
import { requireLockedDevice } from '../lock-device';
import { makeDeviceSecret } from '../random-names';
import { productRefusal } from './registration-rules';

type Methods = Pick<Handlers<typeof services.credentials>, 'issueDeviceToken'>;

/**
 * `Device.registration` of devices that are made here. Only they are names that further units may take once the first one
 * is active: the product's secret is in every unit, so whoever has one could take over any other device.
 */
const SHARED_NAME = 'nwl';

export const deviceTokenHandlers = ({ audit, secretBox, changes, now }: DmContext): Methods => {
  /** @returns whether the device was missing */
  const createWhereMissing = async (tx: Transaction, device: DeviceCore): Promise<boolean> => {
    const secret = secretBox.seal(makeDeviceSecret(), secretOwner(device));
    const { count } = await tx.device.createMany({
      data: { ...device, secret, registration: SHARED_NAME },
      skipDuplicates: true,
    });
    return count === 1;
  };

  return {
    async issueDeviceToken(request, call) {
      const device = requireDevice(request);
      const issued = await audit
        .transact(call, async (tx, note) => {
          const refusal = await productRefusal(tx, device.productID, true);
          if (refusal) return { outcome: refusal };
          const isNew = await createWhereMissing(tx, device);
          const deviceID = await requireLockedDevice(tx, device);
          const row = await tx.device.findUniqueOrThrow({ where: { id: deviceID } });
          if (!row.isEnable) return { outcome: 'DEVICE_DISABLED' as const };
          if (row.firstLogin && row.registration !== SHARED_NAME) return { outcome: 'ALREADY_ACTIVE' as const };
          const pairs = await tx.issuedToken.count({ where: { deviceID, kind: 'device', ...liveTokens(now()) } });
          if (pairs >= MAX_DEVICE_TOKENS) return { outcome: 'TOO_MANY_TOKENS' as const };
          const clientId = makeClientId();
          const deviceToken = makeDeviceToken(now());
          await keepToken(tx, { deviceID, kind: 'device', id: clientId, token: deviceToken, issuedAt: now() });
          if (isNew) note('device.create', device, { registration: SHARED_NAME });
          note('token.issue', device, { kind: 'device', id: clientId });
          return { outcome: 'REGISTERED' as const, clientId, deviceToken, isNew };
        })
        .catch((error) => {
          throw isForeignKeyViolation(error) ? noProduct(device.productID) : error;
        });
      if (issued.outcome !== 'REGISTERED') return issued;
      const { isNew, ...pair } = issued;
      // Before the answer goes out: the device logs in with it at once.
      if (isNew) changes.deviceCreated(device);
      else changes.deviceChanged(device);
      return pair;
    },
  };
};
