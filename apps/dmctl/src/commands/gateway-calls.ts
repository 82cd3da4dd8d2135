import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';
import {
  chooseSubDevices,
  shown,
  withGatewayArguments,
  withSubDeviceArguments,
  type SubDeviceChoice,
} from '../sub-devices';

/** What a gateway device is told to do. It must be online, and answer. */
export const addGatewayCallCommands = (gateway: Command, io: Io): void => {
  withExample(
    withGatewayArguments(
      gateway.command('permit').description('tell a gateway device to let sub-devices join, for a minute'),
    ).action(
      inSession(io, async ({ commands, out }, _options, productID: string, deviceName: string) => {
        await commands.gatewayGetFoundSend({ productID, deviceName });
        const name = shown({ productID, deviceName });
        out.done({ gateway: name, permitted: true }, `${name} lets sub-devices join`);
      }),
    ),
    'gateway permit gateways gate01',
  );

  withExample(
    withSubDeviceArguments(
      gateway.command('notify').description('tell a gateway device to attach these sub-devices itself'),
    ).action(inSession(io, notify)),
    'gateway notify gateways gate01 sensors lamp01 lamp02',
  );
};

const notify = async (
  session: Session,
  choice: SubDeviceChoice,
  productID: string,
  deviceName: string,
  subProductID: string | undefined,
  names: string[],
): Promise<void> => {
  const { commands, out } = session;
  const gateway = { productID, deviceName };
  const subDevices = await chooseSubDevices(session, subProductID, names, choice);
  await commands.gatewayNotifyBindSend({ gateway, subDevices });
  out.done(
    { gateway: shown(gateway), notified: subDevices.length },
    `${shown(gateway)} has heard of ${subDevices.length} sub-devices to attach; dmctl gateway list shows those that are`,
  );
};
