import { detachSubDevices, subDevicesOf, type NamedDevice } from '@alink/operator/gateways';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';
import { chooseSubDevices, shown, withSubDeviceArguments, type SubDeviceChoice } from '../sub-devices';
import { addGatewayAttachCommands } from './gateway-attach';
import { addGatewayCallCommands } from './gateway-calls';
import { addGatewayListCommands } from './gateway-list';
import { addGatewayLoginCommand } from './gateway-login';

interface RemoveOptions extends SubDeviceChoice {
  readonly all?: boolean;
  readonly yes?: boolean;
}

/** Which devices are attached to which gateway devices. */
export const addGatewayCommands = (gateway: Command, io: Io): void => {
  addGatewayListCommands(gateway, io);
  addGatewayAttachCommands(gateway, io);

  withExample(
    withSubDeviceArguments(gateway.command('remove').description('detach sub-devices from a gateway device'))
      .option('--all', 'all that it has')
      .option('--yes', 'with --all: do it; without it, they are only counted')
      .action(inSession(io, remove)),
    'gateway remove gateways gate01 sensors lamp01 lamp02',
    'gateway remove gateways gate01 --all --yes',
  );

  addGatewayCallCommands(gateway, io);
  addGatewayLoginCommand(gateway, io);
};

const remove = async (
  session: Session,
  { yes, ...choice }: RemoveOptions,
  productID: string,
  deviceName: string,
  subProductID: string | undefined,
  names: string[],
): Promise<void> => {
  const gateway = { productID, deviceName };
  const devices = await chosen(session, gateway, choice, subProductID, names);
  if (choice.all && !yes && devices.length > 0) {
    throw new CliError(ExitCode.usage, `this would detach ${devices.length} sub-devices from ${shown(gateway)}`, {
      hint: '--yes does it.',
    });
  }
  await detachSubDevices(session, gateway, devices);
  session.out.done(
    { gateway: shown(gateway), detached: devices.length },
    `detached ${devices.length} sub-devices from ${shown(gateway)}`,
  );
};

const chosen = async (
  session: Session,
  gateway: NamedDevice,
  { all, from }: RemoveOptions,
  subProductID: string | undefined,
  names: readonly string[],
): Promise<NamedDevice[]> => {
  if (!all) return chooseSubDevices(session, subProductID, names, { from });
  if (subProductID !== undefined || from !== undefined) {
    throw new CliError(ExitCode.usage, 'which sub-devices: --all stands alone');
  }
  return subDevicesOf(session, gateway);
};
