import type { Command } from 'commander';
import { ANSWER_DEADLINE_MS } from '@alink/operator/messages';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

export const addDeviceBootstrapCommand = (device: Command, io: Io): void => {
  withExample(
    device
      .command('bootstrap')
      .description('tell a device that is online to ask over HTTPS where it should connect, and to connect there')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(
        inSession(io, async ({ admin, out }, _options, productID: string, deviceName: string) => {
          await admin.bootstrapNotify({ productID, deviceName }, { deadlineMs: ANSWER_DEADLINE_MS });
          out.done({ told: deviceName }, `${deviceName} has been told, and has taken it`);
        }),
      ),
    'device bootstrap aliyun_test_01 dev001',
  );
};
