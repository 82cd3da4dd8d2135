import { isoOfMs, jsonOrText } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseJsonObject, parseVersion } from '../parse-options';
import type { Session } from '../session';

interface VersionOptions {
  readonly ifVersion: Readonly<Record<string, number>>;
}

const IF_VERSION = '--if-version <identifier=version>';
const IF_VERSION_TEXT = 'only while the present version is this one; may be given again, 0 for what was never set';

export const addDesiredCommands = (desired: Command, io: Io): void => {
  withExample(
    desired
      .command('get')
      .description('show what properties of a device shall be, and whether it still has to be sent it')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[identifiers...]', 'only these')
      .option('--all', 'also those that were deleted, with their versions')
      .action(inSession(io, showDesired)),
    'desired get aliyun_test_01 dev001',
  );

  withExample(
    desired
      .command('set')
      .description('set what properties of a device shall be; it is sent that at once, or when it comes online')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<values>', 'JSON object: value by identifier; null deletes', parseJsonObject)
      .option(IF_VERSION, IF_VERSION_TEXT, parseVersion, {})
      .action(inSession(io, setDesired)),
    `desired set aliyun_test_01 dev001 '{"temperature":28}' --if-version temperature=3`,
  );

  withExample(
    desired
      .command('delete')
      .description('delete what properties of a device shall be')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('<identifiers...>')
      .option(IF_VERSION, IF_VERSION_TEXT, parseVersion, {})
      .action(inSession(io, deleteDesired)),
    'desired delete aliyun_test_01 dev001 temperature',
  );
};

const showDesired = async (
  { desired, out }: Session,
  { all: withDeleted = false }: { readonly all?: boolean },
  productID: string,
  deviceName: string,
  identifiers: readonly string[],
): Promise<void> => {
  const { list } = await desired.read({ productID, deviceName, identifiers: [...identifiers], withDeleted });
  const rows = list.map(({ identifier, value, version, isWaiting, updatedAt }) => ({
    property: identifier,
    value: value === '' ? undefined : jsonOrText(value),
    version: Number(version),
    state: value === '' ? 'deleted' : isWaiting ? 'waiting' : 'delivered',
    time: isoOfMs(updatedAt),
    timestamp: Number(updatedAt),
  }));
  out.rows(rows, ['property', 'value', 'version', 'state', 'time'], `nothing is desired of ${deviceName}`);
};

const versionsIn = (versions: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(Object.entries(versions).map(([identifier, version]) => [identifier, Number(version)]));

const inWords = (versions: Readonly<Record<string, number>>): string =>
  Object.entries(versions)
    .map(([identifier, version]) => `${identifier} version ${version}`)
    .join(', ');

const setDesired = async (
  { desired, out }: Session,
  { ifVersion }: VersionOptions,
  productID: string,
  deviceName: string,
  data: string,
): Promise<void> => {
  const set = await desired.set({ productID, deviceName, data, versions: ifVersion });
  const versions = versionsIn(set.versions);
  const what = set.isSent
    ? `${deviceName} is sent it now`
    : `${deviceName} is offline: it is sent it when it comes online`;
  const sentence = Object.keys(versions).length > 0 ? `${inWords(versions)}; ${what}` : 'nothing was there to delete';
  out.done({ versions, isSent: set.isSent }, sentence);
};

const deleteDesired = async (
  { desired, out }: Session,
  { ifVersion }: VersionOptions,
  productID: string,
  deviceName: string,
  identifiers: readonly string[],
): Promise<void> => {
  const deleted = await desired.delete({
    productID,
    deviceName,
    identifiers: [...identifiers],
    versions: ifVersion,
  });
  const versions = versionsIn(deleted.versions);
  const names = Object.keys(versions);
  out.done({ versions }, names.length > 0 ? `deleted ${names.join(', ')}` : 'nothing was there to delete');
};
