import { productKeyOf } from '@alink/operator/products';
import { topicsOf } from '@alink/alink';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

/** Which way messages go, as the device sees it. */
const uses = { up: 'publish', down: 'subscribe', both: 'publish and subscribe' } as const;

export const addDeviceTopicsCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('topics')
      .description('list the topics that a device may use; {words} stand for what changes')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(
        inSession(io, async ({ products, devices, out }, _options, productID: string, deviceName: string) => {
          const productKey = productKeyOf(await products.productInfoRead({ productID }));
          await devices.deviceInfoRead({ productID, deviceName });
          const rows = topicsOf({ productKey, deviceName }).map(({ topic, direction, meaning }) => ({
            use: uses[direction],
            topic,
            meaning,
          }));
          out.rows(rows, ['use', 'topic', 'meaning'], '');
        }),
      ),
    'device topics aliyun_test_01 dev001',
  );
};
