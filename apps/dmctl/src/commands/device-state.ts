import { changeDevice, type DeviceChange } from '@alink/operator/devices';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import { parseTag } from '../parse-options';
import { logLevelOption } from './product-change';

/** What changes a device: renamed, reset, given another secret. */
export const addDeviceStateCommands = (device: Command, io: Io): void => {
  withExample(
    device
      .command('update')
      .description('give a device another display name, tags, or another log level')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--alias <text>', 'display name')
      .option('--tag <key=value>', 'set a tag; the others stay; may be given again', parseTag)
      .option('--untag <key...>', 'remove tags')
      .addOption(logLevelOption())
      .action(
        inSession(io, async (session, change: DeviceChange, productID: string, deviceName: string) => {
          const { alias, tag, untag, logLevel } = change;
          if (alias === undefined && !tag && !untag && !logLevel) {
            throw new CliError(ExitCode.usage, 'nothing to change: --alias, --tag, --untag or --log-level');
          }
          await changeDevice(session, { productID, deviceName }, change);
          session.out.done({ updated: `${productID}/${deviceName}` }, `updated device ${deviceName} of ${productID}`);
        }),
      ),
    'device update aliyun_test_01 dev001 --alias kitchen --tag site=hall-2 --tag floor=3',
    'device update aliyun_test_01 dev001 --log-level info',
  );

  withExample(
    device
      .command('reset')
      .description('let a device register again: undoes its activation and revokes its tokens; its DeviceSecret stays')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--logs', 'also delete its logs')
      .option('--data', 'also delete what it has reported')
      .action(
        inSession(
          io,
          async (
            { devices, out },
            { logs, data }: { logs?: boolean; data?: boolean },
            productID: string,
            deviceName: string,
          ) => {
            await devices.deviceReset({ device: { productID, deviceName }, log: logs, info: data });
            out.done(
              { reset: `${productID}/${deviceName}` },
              `reset device ${deviceName} of ${productID}: it may register again`,
            );
          },
        ),
      ),
    'device reset aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('rotate-secret')
      .description('give a device a new DeviceSecret and print it; the session made with the old one is cut')
      .argument('<productKey>')
      .argument('<deviceName>')
      .option('--secret <secret>', 'the new one (made up when left out)')
      .action(
        inSession(io, async ({ admin, out }, options: { secret?: string }, productID: string, deviceName: string) => {
          const { secret } = await admin.rotateDeviceSecret({ productID, deviceName, secret: options.secret });
          out.record({ productKey: productID, deviceName, deviceSecret: secret });
        }),
      ),
    'device rotate-secret aliyun_test_01 dev001',
  );
};
