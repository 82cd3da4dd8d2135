import type { NamedDevice } from '@alink/operator/gateways';
import { ANSWER_DEADLINE_MS } from '@alink/operator/messages';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseWindow } from '../parse-options';
import type { Session } from '../session';
import { ofSubDevices, shown, withGatewayArguments, withSubDeviceArguments } from '../sub-devices';

/** What a gateway device is told to do. It must be online, and answer. */
export const addGatewayCallCommands = (gateway: Command, io: Io): void => {
  withExample(
    withGatewayArguments(gateway.command('permit').description('tell a gateway device to let sub-devices join'))
      .option('--product <productKey>', 'those of this product only')
      .option('--seconds <n>', 'for so long', parseWindow, 60)
      .action(inSession(io, permit)),
    'gateway permit gateways gate01',
    'gateway permit gateways gate01 --product sensors --seconds 300',
  );

  withExample(
    withSubDeviceArguments(
      gateway.command('notify').description('tell a gateway device to attach these sub-devices itself'),
    ).action(ofSubDevices(io, notify)),
    'gateway notify gateways gate01 sensors lamp01 lamp02',
  );
};

const permit = async (
  { admin, out }: Session,
  { product, seconds }: { product?: string; seconds: number },
  productID: string,
  deviceName: string,
): Promise<void> => {
  const request = { productID, deviceName, subProductID: product, seconds };
  await admin.permitJoin(request, { deadlineMs: ANSWER_DEADLINE_MS });
  const name = shown({ productID, deviceName });
  out.done({ gateway: name, seconds }, `${name} lets sub-devices join for ${seconds} seconds`);
};

const notify = async ({ commands, out }: Session, gateway: NamedDevice, subDevices: NamedDevice[]): Promise<void> => {
  await commands.gatewayNotifyBindSend({ gateway, subDevices }, { deadlineMs: ANSWER_DEADLINE_MS });
  out.done(
    { gateway: shown(gateway), notified: subDevices.length },
    `${shown(gateway)} has heard of ${subDevices.length} sub-devices to attach; dmctl gateway list shows those that are`,
  );
};
