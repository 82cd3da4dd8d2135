import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { rowOfDevice } from '../device-rows';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseLimit, parsePage } from '../parse-options';
import type { Session } from '../session';
import { shown, withGatewayArguments } from '../sub-devices';

interface ListOptions {
  readonly ofDevice?: boolean;
  readonly limit: number;
  readonly page: number;
}

/** Who is attached to whom, and who could be. */
export const addGatewayListCommands = (gateway: Command, io: Io): void => {
  withExample(
    gateway
      .command('list')
      .description('list the sub-devices of a gateway device, and which of them are online')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--of-device', 'this is a sub-device: show its gateway device')
      .option('--limit <n>', 'rows of a page', parseLimit, 100)
      .option('--page <n>', 'from 1', parsePage, 1)
      .action(inSession(io, list)),
    'gateway list gateways gate01',
    'gateway list sensors lamp01 --of-device',
  );

  withExample(
    withGatewayArguments(
      gateway.command('found').description('list what a gateway device has found within a day and may be attached'),
    ).action(inSession(io, listFound)),
    'gateway found gateways gate01',
  );
};

/** `PageInfo.OrderBy.sort`. */
const ASCENDING = 1;

const list = async (
  session: Session,
  { ofDevice, limit, page }: ListOptions,
  productID: string,
  deviceName: string,
): Promise<void> => {
  const { devices, out } = session;
  const device = { productID, deviceName };
  if (ofDevice) return showGateway(session, productID, deviceName);
  await devices.deviceInfoRead(device);
  const orders = ['productID', 'deviceName'].map((field) => ({ field, sort: ASCENDING }));
  const { list, total } = await devices.deviceInfoIndex({ gateway: device, page: { page, size: limit, orders } });
  const columns = ['productKey', 'deviceName', 'alias', 'state', 'lastLogin'] as const;
  out.rows(list.map(rowOfDevice), columns, `${shown(device)} has no sub-devices`);
  out.pageNote({ page, size: limit, shown: list.length, total: Number(total) });
};

const showGateway = async ({ devices, out }: Session, productID: string, deviceName: string): Promise<void> => {
  const { Gateway: gateway } = await devices.deviceInfoRead({ productID, deviceName, withGateway: true });
  if (!gateway) {
    throw new CliError(ExitCode.refused, `${shown({ productID, deviceName })} is attached to no gateway device`);
  }
  out.record(rowOfDevice(gateway));
};

const listFound = async ({ messages, out }: Session, _: unknown, productID: string, deviceName: string) => {
  const gateway = { productID, deviceName };
  const { subDevices, updatedTime } = await messages.gatewayCanBindIndex({ gateway });
  const found = isoOfSeconds(updatedTime);
  const rows = subDevices.map((device) => ({ productKey: device.productID, deviceName: device.deviceName, found }));
  const nothing = found
    ? `all that ${shown(gateway)} has found is attached already`
    : `${shown(gateway)} has told of nothing within a day`;
  out.rows(rows, ['productKey', 'deviceName', 'found'], nothing);
};
