import { YesNo } from '@alink/contract/enumerations';
import type { Change } from '@alink/operator/devices';
import type { Command } from 'commander';
import { changeDevices } from '../change-devices';
import { addChoiceOptions, chooseDevices, type Choice } from '../chosen-devices';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';

type Name = 'enable' | 'disable' | 'delete';
type ChangeOf = (session: Session, device: { productID: string; deviceName: string }) => Promise<unknown>;

/** What is done to one device or to many: enabled, disabled, deleted. */
export const addDeviceSwitchCommands = (device: Command, io: Io): void => {
  const add = (name: Name, description: string, change: ChangeOf, isThere?: Change['isThere']): void => {
    withExample(
      addChoiceOptions(device.command(name).description(description)).action(
        inSession(io, async (session, choice: Choice, productID: string, named: string[]) => {
          const names = await chooseDevices(session, productID, named, choice);
          const [deviceName] = names;
          const changeOne = (each: string) => change(session, { productID, deviceName: each });
          if (named.length > 0 && names.length === 1 && deviceName !== undefined && choice.result === undefined) {
            await changeOne(deviceName);
            const sentence = `${name}d device ${deviceName} of ${productID}`;
            return session.out.done({ [`${name}d`]: `${productID}/${deviceName}` }, sentence);
          }
          if (named.length === 0 && !choice.yes && names.length > 0) {
            throw new CliError(ExitCode.usage, `this would ${name} ${names.length} devices of ${productID}`, {
              hint: '--yes does it.',
            });
          }
          const many = { productKey: productID, names, result: choice.result };
          await changeDevices(session, many, { done: `${name}d`, change: changeOne, isThere });
        }),
      ),
      `device ${name} aliyun_test_01 dev001`,
      `device ${name} aliyun_test_01 --from names.csv --yes`,
      `device ${name} aliyun_test_01 --tag site=hall-2 --yes`,
    );
  };
  add('enable', 'let disabled devices connect again', ({ devices }, one) =>
    devices.deviceInfoUpdate({ ...one, isEnable: YesNo.yes }),
  );
  add('disable', 'refuse devices; live connections are cut', ({ devices }, one) =>
    devices.deviceInfoUpdate({ ...one, isEnable: YesNo.no }),
  );
  add(
    'delete',
    'delete devices with their data; live connections are cut',
    ({ devices }, one) => devices.deviceInfoDelete(one),
    ({ message }) => /^device .* does not exist$/.test(message),
  );
};
