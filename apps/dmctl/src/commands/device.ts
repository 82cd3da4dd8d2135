import { filterRequest, type DeviceFilter } from '@alink/operator/devices';
import { countSubDevices, type NamedDevice } from '@alink/operator/gateways';
import { isoOfSeconds, logLevels, wordOf } from '@alink/operator/words';
import type { Command } from 'commander';
import { addFilterOptions } from '../device-filter';
import { rowOfDevice } from '../device-rows';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { collect, parseDevice, parseLimit, parsePage } from '../parse-options';
import type { Session } from '../session';
import { shown } from '../sub-devices';
import { addDeviceBatchCommands } from './device-batch';
import { addDeviceBootstrapCommand } from './device-bootstrap';
import { addDeviceConnectCommand } from './device-connect';
import { addDeviceCountCommand } from './device-count';
import { addDeviceDefinitionCommands } from './device-definitions';
import { addDeviceSdkLogCommands } from './device-sdk-log';
import { addDeviceFleetCommands } from './device-fleet';
import { addDeviceStateCommands } from './device-state';
import { addDeviceStatusLogCommand } from './device-status-log';
import { addDeviceSwitchCommands } from './device-switch';
import { addDeviceTokenCommands } from './device-tokens';
import { addDeviceTopicsCommand } from './device-topics';

interface ListOptions extends DeviceFilter {
  readonly product: readonly string[];
  readonly gateway?: NamedDevice;
  readonly limit: number;
  readonly page: number;
}

export const addDeviceCommands = (device: Command, io: Io): void => {
  withExample(
    device
      .command('create')
      .description('create a device')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--secret <secret>', 'DeviceSecret (made up when left out)')
      .option('--alias <text>', 'display name')
      .action(
        inSession(
          io,
          async (
            { devices, out },
            options: { secret?: string; alias?: string },
            productID: string,
            deviceName: string,
          ) => {
            const { secret, alias } = options;
            await devices.deviceInfoCreate({
              productID,
              deviceName,
              secret,
              // Without one the platform makes up a display name.
              deviceAlias: { value: alias ?? '' },
            });
            const info = await devices.deviceInfoRead({ productID, deviceName });
            out.record({ ...rowOfDevice(info), deviceSecret: info.secret });
          },
        ),
      ),
    'device create aliyun_test_01 dev001',
  );

  addDeviceBatchCommands(device, io);
  addDeviceDefinitionCommands(device, io);

  withExample(
    addFilterOptions(
      device.command('list').description('list devices').argument('[productKey]', 'of this product only'),
    )
      .option('--gateway <productKey/deviceName>', 'the sub-devices of this gateway device only', parseDevice)
      .option('--product <productKey>', 'of this product too; may be given again', collect, [])
      .option('--limit <n>', 'rows of a page', parseLimit, 100)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, listDevices)),
    'device list aliyun_test_01 --online',
    'device list --gateway gateways/gate01',
    'device list --status inactive --tag site=hall-2 --page 2',
  );

  withExample(
    device
      .command('show')
      .description('show one device')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--show-secret', 'also its DeviceSecret')
      .action(
        inSession(
          io,
          async ({ devices, out }, options: { showSecret?: boolean }, productID: string, deviceName: string) => {
            const device = { productID, deviceName };
            const info = await devices.deviceInfoRead({ ...device, withGateway: true });
            const subDevices = await countSubDevices({ devices }, device);
            out.record({
              ...rowOfDevice(info),
              gateway: info.Gateway ? shown(info.Gateway) : undefined,
              subDevices: subDevices > 0 ? subDevices : undefined,
              firstLogin: isoOfSeconds(info.firstLogin),
              lastOffline: isoOfSeconds(info.lastOffline),
              lastIp: info.lastIp,
              logLevel: info.logLevel === '0' ? undefined : wordOf(logLevels, info.logLevel),
              tags: Object.keys(info.tags).length > 0 ? info.tags : undefined,
              deviceSecret: options.showSecret ? info.secret : undefined,
            });
          },
        ),
      ),
    'device show aliyun_test_01 dev001',
  );

  addDeviceCountCommand(device, io);
  addDeviceFleetCommands(device, io);
  addDeviceStateCommands(device, io);

  addDeviceSwitchCommands(device, io);
  addDeviceStatusLogCommand(device, io);
  addDeviceSdkLogCommands(device, io);
  addDeviceTokenCommands(device, io);
  addDeviceTopicsCommand(device, io);
  addDeviceBootstrapCommand(device, io);
  addDeviceConnectCommand(device, io);
};

const listDevices = async (
  { devices, out }: Session,
  { product, gateway, limit, page, ...filter }: ListOptions,
  productID?: string,
): Promise<void> => {
  const { list, total } = await devices.deviceInfoIndex({
    productIDs: productID === undefined ? [...product] : [productID, ...product],
    ...filterRequest(filter),
    gateway,
    page: { page, size: limit },
  });
  const columns = ['productKey', 'deviceName', 'alias', 'state', 'lastLogin', 'created'] as const;
  out.rows(list.map(rowOfDevice), columns, 'no devices');
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};
