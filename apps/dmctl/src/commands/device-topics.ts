import { topicsOf } from '@alink/alink';
import { Code } from '@alink/contract/codes';
import { productKeyOf } from '@alink/operator/products';
import { RpcError } from '@alink/rpc/rpc-error';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';

/** Which way messages go, as the device sees it. */
const uses: Readonly<Record<string, string>> = { up: 'publish', down: 'subscribe', both: 'publish and subscribe' };

export const addDeviceTopicsCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('topics')
      .description('list the topics that a device may use; {words} stand for what changes')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(
        inSession(io, async (session, _options, productID: string, deviceName: string) => {
          const topics = await topicsOfDevice(session, { productID, deviceName });
          const rows = topics.map(({ topic, direction, meaning }) => ({ use: uses[direction], topic, meaning }));
          session.out.rows(rows, ['use', 'topic', 'meaning'], '');
        }),
      ),
    'device topics aliyun_test_01 dev001',
  );
};

/** As the platform lists them; where dm.rpc is unitedrhino's, those that every device has. */
const topicsOfDevice = async (
  { admin, products, devices }: Session,
  device: { readonly productID: string; readonly deviceName: string },
) => {
  try {
    return (await admin.listTopics(device)).topics;
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== Code.notImplemented) throw error;
    const productKey = productKeyOf(await products.productInfoRead(device));
    await devices.deviceInfoRead(device);
    return topicsOf({ productKey, deviceName: device.deviceName });
  }
};
