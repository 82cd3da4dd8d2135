/** A device that is to register again. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import { undoActivation } from '../undo-activation';
import { requireDevice } from './device-record';

type Methods = Pick<Handlers<typeof services.deviceManage>, 'deviceReset'>;

export const deviceResetHandlers = ({ audit, changes, now }: DmContext): Methods => ({
  async deviceReset({ device: core, log, info }, call) {
    const device = requireDevice(core, 'device.');
    await audit.transact(call, async (tx, note) => {
      const { deviceID, revoked } = await undoActivation(tx, device, now());
      if (log) {
        await tx.hubLog.deleteMany({ where: device });
        await tx.sendLog.deleteMany({ where: { deviceID } });
        await tx.statusLog.deleteMany({ where: { deviceID } });
      }
      if (info) {
        await tx.propertyLatest.deleteMany({ where: { deviceID } });
        await tx.propertyHistory.deleteMany({ where: { deviceID } });
        await tx.eventHistory.deleteMany({ where: { deviceID } });
        await tx.shadow.deleteMany({ where: { deviceID } });
      }
      note('device.reset', device, { tokensRevoked: revoked, ...(log && { log }), ...(info && { info }) });
    });
    changes.deviceReset(device);
    return {};
  },
});
