/** The topics that a device may use: the "Topic list" of its console page. */
import type { services } from '@alink/contract';
import type { Handlers } from '@alink/rpc';
import { topicsOf } from '@alink/alink';
import type { DmContext } from '../../context';
import { definedOnly, topicClass } from '../../domains/topics/store';
import { noDevice } from '../../wire/errors';
import { requireDevice } from '../device-manage/device-record';

type Methods = Pick<Handlers<typeof services.deviceAdmin>, 'listTopics'>;

export const topicHandlers = ({ prisma }: DmContext): Methods => ({
  async listTopics(request) {
    const device = requireDevice(request);
    const row = await prisma.device.findUnique({
      where: { productID_deviceName: device },
      select: {
        product: {
          select: { productKey: true, protocolConf: true, topicClasses: { orderBy: { topic: 'asc' } } },
        },
      },
    });
    if (!row) throw noDevice(device);
    const { productKey, protocolConf, topicClasses } = row.product;
    const classes = topicClasses.map((each) => ({ ...topicClass(each), desc: each.desc }));
    const defined = { classes, only: definedOnly(protocolConf) };
    return { topics: topicsOf({ productKey, deviceName: device.deviceName }, defined) };
  },
});
