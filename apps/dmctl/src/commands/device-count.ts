import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';
import { Option, type Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseID } from '../parse-options';
import type { Session } from '../session';
import { findGroup } from './group-name';

/** `DeviceCountReq.rangeType`. */
const Range = { area: 1, group: 2 } as const;

interface Options {
  readonly by?: 'type';
  readonly area?: string;
  readonly group?: string;
}

export const addDeviceCountCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('count')
      .description('count the devices: all, activated, online; or by type, of an area, of a group')
      .argument('[productKey]', 'of this product only')
      .addOption(new Option('--by <what>', 'devices, gateways and sub-devices').choices(['type']))
      .option('--area <id>', 'of an area and those below it', parseID)
      .option('--group <group>', 'of a group, by its name or id')
      .action(inSession(io, countDevices)),
    'device count',
    'device count aliyun_test_01',
    'device count --by type',
    'device count --group "Hall 2"',
  );
};

const countDevices = async (session: Session, options: Options, productID: string | undefined): Promise<void> => {
  const { by, area, group } = options;
  const ways = [productID, by, area, group].filter((way) => way !== undefined).length;
  if (ways > 1) throw new CliError(ExitCode.usage, 'a product, --by, --area or --group: one of them');
  if (productID !== undefined) return countProduct(session, productID);
  const { devices, out } = session;
  if (by === 'type') {
    const { device, gateway, subset } = await devices.deviceTypeCount({});
    return out.record({ devices: Number(device), gateways: Number(gateway), subDevices: Number(subset) });
  }
  if (area !== undefined) return countRange(session, Range.area, area);
  if (group !== undefined) return countRange(session, Range.group, (await findGroup(session, group)).id);
  const { total, inactive, online } = await devices.deviceInfoCount({});
  return out.record({ total: Number(total), activated: Number(total) - Number(inactive), online: Number(online) });
};

const countProduct = async ({ admin, out }: Session, productID: string): Promise<void> => {
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

const countRange = async ({ devices, out }: Session, rangeType: number, id: string): Promise<void> => {
  const { list } = await devices.deviceCount({ countTypes: ['status', 'type'], rangeType, rangeIDs: [id] });
  const count = list[0]?.count ?? {};
  out.record({
    total: Number(count['total']),
    online: Number(count['online']),
    devices: Number(count['typeDevice']),
    gateways: Number(count['typeGateWay']),
    subDevices: Number(count['typeSubSet']),
  });
};
