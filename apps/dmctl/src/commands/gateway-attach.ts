import {
  attachSubDevices,
  planSubDevices,
  replaceSubDevices,
  type NamedDevice,
  type Replacement,
} from '@alink/operator/gateways';
import { someOf } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import type { Io } from '../io';
import type { Session } from '../session';
import { ofSubDevices, shown, withSubDeviceArguments, type SubDeviceChoice } from '../sub-devices';

interface SetOptions extends SubDeviceChoice {
  readonly yes?: boolean;
}

/** Attaching sub-devices: some more, or exactly these. */
export const addGatewayAttachCommands = (gateway: Command, io: Io): void => {
  withExample(
    withSubDeviceArguments(
      gateway
        .command('add')
        .description(
          'attach sub-devices that are attached to none to a gateway device; where one cannot be, nothing is',
        ),
    ).action(ofSubDevices(io, add)),
    'gateway add gateways gate01 sensors lamp01 lamp02',
    'gateway add gateways gate01 --from sub-devices.csv',
  );

  withExample(
    withSubDeviceArguments(
      gateway
        .command('set')
        .description('give a gateway device exactly these sub-devices: others leave it, and these leave others'),
    )
      .option('--yes', 'do it; without it, what would leave a gateway device is only counted')
      .action(ofSubDevices(io, set)),
    'gateway set gateways gate01 sensors lamp01 lamp02 --yes',
    'gateway set gateways gate01 --from sub-devices.csv --yes',
  );
};

const add = async (session: Session, gateway: NamedDevice, devices: NamedDevice[]): Promise<void> => {
  const { out } = session;
  const attached = await attachSubDevices(session, gateway, devices);
  const elsewhere = attached.filter(({ result }) => result === 'elsewhere');
  const rows = attached.map((device) => ({
    productKey: device.productID,
    deviceName: device.deviceName,
    result: device.result === 'elsewhere' ? `stays with ${shown(device.gateway!)}` : device.result,
  }));
  if (!out.json && elsewhere.length > 0) out.rows(rows, ['productKey', 'deviceName', 'result'], 'no devices');
  const count = attached.filter(({ result }) => result === 'attached').length;
  const before = attached.length - count - elsewhere.length;
  out.done(
    { gateway: shown(gateway), attached: count, attachedBefore: before, elsewhere: elsewhere.length, devices: rows },
    `attached ${count} sub-devices to ${shown(gateway)}${before > 0 ? `; ${before} were so before` : ''}`,
  );
  if (elsewhere.length === 0) return;
  throw new CliError(ExitCode.refused, `${elsewhere.length} of ${attached.length} stay with another gateway device`, {
    hint: 'dmctl gateway remove takes them from it; dmctl gateway set takes them over.',
  });
};

/** Names in one message. */
const MOST = 5;

const set = async (
  session: Session,
  gateway: NamedDevice,
  devices: NamedDevice[],
  { yes }: SetOptions,
): Promise<void> => {
  const { out } = session;
  const plan = await planSubDevices(session, gateway, devices);
  const { added, taken, removed } = plan;
  if (!yes && (taken.length > 0 || removed.length > 0)) {
    throw new CliError(
      ExitCode.usage,
      `this would attach ${added.length} sub-devices to ${shown(gateway)}${leavingIn(plan)}`,
      { hint: '--yes does it.' },
    );
  }
  await replaceSubDevices(session, gateway, devices);
  out.done(
    { gateway: shown(gateway), subDevices: devices.length, attached: added.length, detached: removed.length },
    `${shown(gateway)} has ${devices.length} sub-devices: ${added.length} attached, ${removed.length} detached`,
  );
};

/** Which sub-devices would leave a gateway device: this one, and others. */
const leavingIn = ({ taken, removed }: Replacement): string => {
  const detached = removed.length > 0 ? ` and detach ${removed.length}: ${someOf(removed.map(shown), MOST)}` : '';
  if (taken.length === 0) return detached;
  const names = taken.map((device) => `${shown(device)} (${shown(device.from)})`);
  return `${detached}; ${taken.length} would leave another gateway device: ${someOf(names, MOST)}`;
};
