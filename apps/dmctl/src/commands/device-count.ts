import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';

export const addDeviceCountCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('count')
      .description('count the devices: all, activated, online')
      .argument('[productKey]', 'of this product only')
      .action(inSession(io, countDevices)),
    'device count',
    'device count aliyun_test_01',
  );
};

const countDevices = async (
  { devices, admin, out }: Session,
  _options: unknown,
  productID: string | undefined,
): Promise<void> => {
  if (productID === undefined) {
    const { total, inactive, online } = await devices.deviceInfoCount({});
    out.record({ total: Number(total), activated: Number(total) - Number(inactive), online: Number(online) });
    return;
  }
  const { list } = await admin.deviceCounts({ productIDs: [productID] });
  const [count] = list;
  if (!count) throw new RpcError(Code.notFound, `product ${productID} does not exist`);
  const { total, activated, online, disabled } = count;
  out.record({
    total: Number(total),
    activated: Number(activated),
    online: Number(online),
    disabled: Number(disabled),
  });
};
