/** Whether a device is to report its log ("Alibaba Cloud IoT documentation, 'Device log'"): by its log level, else its product's. */
import type { Reply } from '@alink/alink';
import type { DmContext } from '../../context';
import { deviceKey } from '../../device-core';
import { byNames } from '../../services/device-manage/devices-by-name';
import { DISABLED, NO_DEVICE, type Answerers } from '../answerer';
import { modeOf } from './log-mode';

export const deviceLogAnswerers = ({ prisma }: DmContext): Answerers => ({
  'log.mode': {
    needs: {},
    async answer(asked) {
      const rows = await prisma.device.findMany({
        where: byNames(asked.map(({ device }) => device)),
        select: {
          productID: true,
          deviceName: true,
          logLevel: true,
          isEnable: true,
          product: { select: { protocolConf: true } },
        },
      });
      const found = new Map(rows.map((row) => [deviceKey(row), row]));
      return asked.map(({ device }): Reply => {
        const row = found.get(deviceKey(device));
        if (!row) return NO_DEVICE;
        if (!row.isEnable) return DISABLED;
        const { logLevel } = row.product.protocolConf as { readonly logLevel?: string };
        return { code: 200, data: { ...modeOf(row.logLevel, logLevel) } };
      });
    },
  },
});
