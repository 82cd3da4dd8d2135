import { inParts } from '@alink/operator';
import type { Command } from 'commander';
import { addManyOptions, chooseMany, type ManyChoice } from '../chosen-many';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseCount, parseID, parseLimit, parsePage } from '../parse-options';
import type { Session } from '../session';

interface PlaceOptions extends ManyChoice {
  readonly area?: string;
  readonly distributor?: string;
  readonly ratedPower?: number;
}

interface VersionOptions {
  readonly module?: string;
  readonly limit: number;
  readonly page: number;
}

/** Where devices stand, which of them takes another's place, and what they run. */
export const addDeviceFleetCommands = (device: Command, io: Io): void => {
  withExample(
    addManyOptions(
      device
        .command('place')
        .description('say of many devices where they stand, who distributes them, and what power they take')
        .argument('<productKey>'),
    )
      .option('--area <id>', 'the area that they stand in', parseID)
      .option('--distributor <id>', 'who distributes them', parseID)
      .option('--rated-power <watts>', 'what they take', parseCount)
      .action(inSession(io, placeDevices)),
    'device place aliyun_test_01 --group "Hall 2" --area 77 --yes',
    'device place aliyun_test_01 dev001 dev002 --rated-power 60',
  );

  withExample(
    device
      .command('move')
      .description('have a device take the place of another: its alias, tags, area and owner; data and secrets stay')
      .argument('<productKey>', 'of the one that is replaced')
      .argument('<deviceName>')
      .argument('<newProductKey>', 'of the one that takes its place')
      .argument('<newDeviceName>')
      .option('--with-profile', 'the texts that are kept with it go along, and its names of properties')
      .action(
        inSession(
          io,
          async (
            { devices, out },
            { withProfile = false }: { withProfile?: boolean },
            productID: string,
            deviceName: string,
            newProductID: string,
            newDeviceName: string,
          ) => {
            await devices.deviceMove({
              old: { productID, deviceName },
              new: { productID: newProductID, deviceName: newDeviceName },
              withTarget: withProfile ? ['profile'] : [],
            });
            const [from, to] = [`${productID}/${deviceName}`, `${newProductID}/${newDeviceName}`];
            out.done({ moved: from, to }, `${to} is now what ${from} was`);
          },
        ),
      ),
    'device move aliyun_test_01 dev001 aliyun_test_01 dev002',
  );

  withExample(
    device
      .command('versions')
      .description('show which versions of firmware and modules devices have told')
      .argument('[productKey]')
      .argument('[deviceName]')
      .option('--module <code>', 'only of this one; default is the firmware itself')
      .option('--limit <n>', 'most rows', parseLimit, 100)
      .option('--page <n>', 'which page of them', parsePage, 1)
      .action(inSession(io, showVersions)),
    'device versions aliyun_test_01 dev001',
    'device versions aliyun_test_01 --module default',
  );
};

const placeDevices = async (
  session: Session,
  { area, distributor, ratedPower, ...choice }: PlaceOptions,
  productID: string,
  named: string[],
): Promise<void> => {
  if (area === undefined && distributor === undefined && ratedPower === undefined) {
    throw new CliError(ExitCode.usage, 'what becomes of them: --area, --distributor, --rated-power');
  }
  const { devices, out } = session;
  const names = await chooseMany(session, productID, named, choice, 'place');
  let done = 0;
  for (const part of inParts(names)) {
    await devices.DeviceInfoMultiUpdate({
      devices: part.map((deviceName) => ({ productID, deviceName })),
      areaID: area,
      distributor: distributor === undefined ? null : { id: distributor },
      ratedPower,
    });
    done += part.length;
    out.progress({ done, total: names.length });
  }
  out.done({ placed: names.length }, `placed ${names.length} devices; those that do not exist were passed over`);
};

const showVersions = async (
  { devices, out }: Session,
  { module: moduleCode, limit, page }: VersionOptions,
  productID: string | undefined,
  deviceName: string | undefined,
): Promise<void> => {
  const request = { productID, deviceName, moduleCode, page: { page, size: limit } };
  const { list, total } = await devices.deviceModuleVersionIndex(request);
  const rows = list.map((row) => ({
    productKey: row.productID,
    deviceName: row.deviceName,
    module: row.moduleCode,
    version: row.version,
  }));
  out.rows(rows, ['productKey', 'deviceName', 'module', 'version'], 'no device has told a version');
  out.pageNote({ page, size: limit, shown: rows.length, total: Number(total) });
};
