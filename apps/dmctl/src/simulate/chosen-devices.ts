/** Which devices are simulated, and what each proves itself with. */
import { forEachAtOnce } from '@alink/operator';
import { createByCount, filteredNames, MAX_LINES_IN_PARTS } from '@alink/operator/devices';
import type { Way } from '@alink/signing';
import { CliError, ExitCode } from '../exit-code';
import type { Session } from '../session';
import { readTriples } from '../triples-file';
import type { Mode, SimulateOptions } from './options';

export interface ChosenDevice {
  readonly deviceName: string;
  readonly way: Way;
}

export interface Product {
  readonly productID: string;
  readonly productKey: string;
  /** ProductSecret. */
  readonly secret: string;
}

/** Digits of a device's number at least. */
const MIN_DIGITS = 4;

/** @throws {CliError} when nothing is chosen, in more than one way, or what is chosen cannot be used */
export const chooseSimulated = async (
  session: Session,
  product: Product,
  options: SimulateOptions,
): Promise<ChosenDevice[]> => {
  /** DeviceSecrets that need not be asked for. */
  const known = new Map<string, string>();
  const names = await namesOf(session, product, options, known);
  if (names.length === 0) throw new CliError(ExitCode.refused, `no device of ${product.productID} has such a name`);
  const { mode } = options;
  if (mode === 'secret') await readSecrets(session, product, names, known);
  return names.map((deviceName) => ({ deviceName, way: wayOf(mode, product, known.get(deviceName) ?? '') }));
};

/**
 * The sub-devices of so many gateway devices, the first one's first. Those that are to register have no secret yet.
 * @throws {CliError} as {@link chooseSimulated}
 */
export const chooseSubDevices = async (
  session: Session,
  product: Product,
  gateways: number,
  { subDevices = 0, subPrefix: prefix, subRegister, ...options }: SimulateOptions,
): Promise<ChosenDevice[]> => {
  const which = { ...options, subPrefix: prefix, prefix, first: 1, create: subDevices * gateways };
  if (subRegister)
    return numbered(which).map((deviceName) => ({ deviceName, way: { mode: 'secret', deviceSecret: '' } }));
  return chooseSimulated(session, product, { ...which, mode: 'secret', name: undefined, from: undefined });
};

const namesOf = async (
  session: Session,
  product: Product,
  options: SimulateOptions,
  known: Map<string, string>,
): Promise<string[]> => {
  const { name, from, create, mode } = options;
  if ([name, from, create].filter((way) => way !== undefined).length !== 1) {
    throw new CliError(ExitCode.usage, 'which devices: one of --name, --from and --create');
  }
  if (from !== undefined) return inFile(session, product, from, known);
  if (name !== undefined) return named(session, product, name);
  return createsItself(mode) ? numbered(options) : created(session, product, options, known);
};

/** Whether the first connection creates the device. */
const createsItself = (mode: Mode): boolean => mode === 'auto' || mode === 'regnwl';

const wayOf = (mode: Mode, { secret: productSecret, productID }: Product, deviceSecret: string): Way => {
  if (mode === 'secret') return { mode, deviceSecret };
  if (mode === 'x509') return { mode };
  if (!productSecret)
    throw new CliError(ExitCode.refused, `the service did not hand out the ProductSecret of ${productID}`);
  return { mode, productSecret };
};

/** Names as the platform makes them of a prefix and a number. */
const numbered = ({ create = 0, prefix, first }: SimulateOptions): string[] => {
  const digits = Math.max(MIN_DIGITS, String(first + create - 1).length);
  return Array.from({ length: create }, (_, i) => prefix + String(first + i).padStart(digits, '0'));
};

/** The devices of a file; their DeviceSecrets are known then. */
const inFile = async (
  session: Session,
  { productKey }: Product,
  file: string,
  known: Map<string, string>,
): Promise<string[]> => {
  const lines = await readTriples(session.io, file, ['deviceName'], MAX_LINES_IN_PARTS);
  for (const { line, productKey: given } of lines) {
    if (given !== '' && given !== productKey) {
      throw new CliError(ExitCode.usage, `cannot use ${file}: line ${line} is of another product, ${given}`);
    }
  }
  for (const { deviceName, deviceSecret } of lines) known.set(deviceName, deviceSecret);
  return [...known.keys()];
};

const named = async (session: Session, { productID }: Product, pattern: string): Promise<string[]> => {
  const parts = pattern.split('*');
  const escaped = parts.map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const matches = new RegExp(`^${escaped.join('.*')}$`);
  // The platform finds what has the longest part in it, here it is looked at whole.
  const name = parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  return (await filteredNames(session, productID, { name })).filter((deviceName) => matches.test(deviceName));
};

/** Creates those that do not exist, and leaves the others as they are. @throws {CliError} when one cannot be created */
const created = async (
  session: Session,
  product: Product,
  { create: count = 0, prefix, first: start }: SimulateOptions,
  known: Map<string, string>,
): Promise<string[]> => {
  const { productID } = product;
  const judged = await createByCount(session, product, { count, prefix, start });
  for (const { deviceName, deviceSecret, reason } of judged) if (!reason) known.set(deviceName, deviceSecret);
  const refused = judged.find(({ reason }) => reason !== '');
  if (refused) {
    const { deviceName, reason } = refused;
    // Whatever the reason is: what exists can be used.
    await session.devices.deviceInfoRead({ productID, deviceName }).catch(() => {
      throw new CliError(ExitCode.refused, `${deviceName} cannot be created: ${reason}`);
    });
  }
  return judged.map(({ deviceName }) => deviceName);
};

/** Lists hand out no secrets. @throws RpcError naming the first device that does not exist */
const readSecrets = async (
  { devices }: Session,
  { productID }: Product,
  names: readonly string[],
  known: Map<string, string>,
): Promise<void> => {
  const unknown = names.filter((deviceName) => !known.get(deviceName));
  await forEachAtOnce(unknown, async (deviceName) => {
    const { secret } = await devices.deviceInfoRead({ productID, deviceName });
    if (!secret) throw new CliError(ExitCode.refused, `the service did not hand out the secret of ${deviceName}`);
    known.set(deviceName, secret);
  });
};
