/** Which sub-devices a command is about: named, or those of a file, which may be of several products. */
import { OperatorError } from '@alink/operator';
import { MAX_LINES } from '@alink/operator/devices';
import type { NamedDevice } from '@alink/operator/gateways';
import { productIDsOf } from '@alink/operator/products';
import type { Command } from 'commander';
import { CliError, ExitCode } from './exit-code';
import { inSession } from './in-session';
import type { Io } from './io';
import type { Session } from './session';
import { readTriples } from './triples-file';

export interface SubDeviceChoice {
  readonly from?: string;
}

/** The gateway device that a command is about. */
export const withGatewayArguments = (command: Command): Command =>
  command.argument('<productKey>', 'of the gateway device').argument('<deviceName>', 'its name');

export const withSubDeviceArguments = (command: Command): Command =>
  withGatewayArguments(command)
    .argument('[subProductKey]', 'product of the sub-devices')
    .argument('[subDeviceNames...]', 'their names')
    .option('--from <file>', 'CSV with a header that names productKey and deviceName; - for standard input');

/** What a command of {@link withSubDeviceArguments} does, with the devices that it is about. */
export const ofSubDevices = <Options extends SubDeviceChoice>(
  io: Io,
  work: (session: Session, gateway: NamedDevice, subDevices: NamedDevice[], options: Options) => Promise<void>,
) =>
  inSession(
    io,
    async (
      session,
      options: Options,
      productID: string,
      deviceName: string,
      subProductID: string | undefined,
      names: string[],
    ) => {
      const subDevices = await chooseSubDevices(session, subProductID, names, options);
      await work(session, { productID, deviceName }, subDevices, options);
    },
  );

/**
 * Each once, in the order given.
 * @throws {CliError} when none is named, or in both ways
 */
export const chooseSubDevices = async (
  session: Session,
  productID: string | undefined,
  names: readonly string[],
  { from }: SubDeviceChoice,
): Promise<NamedDevice[]> => {
  if ((from === undefined) === (names.length === 0) || (from !== undefined && productID !== undefined)) {
    throw new CliError(ExitCode.usage, 'which sub-devices: their product and names, or --from with a file');
  }
  const named = from === undefined ? names.map((name) => [productID!, name] as const) : await inFile(session, from);
  return distinct(named);
};

const inFile = async (session: Session, file: string): Promise<(readonly [string, string])[]> => {
  const lines = await readTriples(session.io, file, ['productKey', 'deviceName'], MAX_LINES);
  const empty = lines.find(({ productKey, deviceName }) => productKey === '' || deviceName === '');
  if (empty) {
    throw new OperatorError('unusable', `cannot use ${file}: line ${empty.line} lacks a productKey or a deviceName`);
  }
  const productIDs = await productIDsOf(
    session,
    lines.map(({ productKey }) => productKey),
  );
  return lines.map(({ productKey, deviceName }) => [productIDs.get(productKey) ?? productKey, deviceName]);
};

const distinct = (named: readonly (readonly [string, string])[]): NamedDevice[] => [
  ...new Map(
    named.map(([productID, deviceName]) => [`${productID}/${deviceName}`, { productID, deviceName }]),
  ).values(),
];

/** A device by both its names, for people. */
export const shown = ({ productID, deviceName }: NamedDevice): string => `${productID}/${deviceName}`;
