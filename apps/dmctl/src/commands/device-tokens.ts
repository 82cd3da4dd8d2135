import { isoOfSeconds } from '@alink/operator/words';
import type { Command } from 'commander';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';

/** The tokens that devices log in with instead of a secret. */
export const addDeviceTokenCommands = (device: Command, io: Io): void => {
  withExample(
    device
      .command('tokens')
      .description('list the live tokens of a device: deviceTokens by clientId, iotTokens by iotId')
      .argument('<productKey>')
      .argument('<deviceName>')
      .action(
        inSession(io, async ({ admin, out }, _options, productID: string, deviceName: string) => {
          const { tokens } = await admin.listTokens({ productID, deviceName });
          const rows = tokens.map(({ id, kind, issuedAt, lastUsedAt, expiresAt }) => ({
            id,
            kind,
            issued: isoOfSeconds(issuedAt),
            lastUsed: isoOfSeconds(lastUsedAt),
            expires: isoOfSeconds(expiresAt),
          }));
          out.rows(rows, ['id', 'kind', 'issued', 'lastUsed', 'expires'], `${deviceName} has no tokens`);
        }),
      ),
    'device tokens aliyun_test_01 dev001',
  );

  withExample(
    device
      .command('revoke')
      .description('revoke a token of a device, or all; sessions made with them are cut')
      .argument('<productKey>')
      .argument('<deviceName>')
      .argument('[id]', 'as "device tokens" lists it')
      .option('--all', 'all of the device')
      .action(
        inSession(
          io,
          async (
            { admin, out },
            { all }: { all?: boolean },
            productID: string,
            deviceName: string,
            id: string | undefined,
          ) => {
            if (!id === !all) throw new CliError(ExitCode.usage, 'either the id of a token or --all');
            await admin.revokeToken({ productID, deviceName, id });
            const what = id ? `token ${id}` : 'all tokens';
            out.done(
              { revoked: id ?? 'all', device: `${productID}/${deviceName}` },
              `revoked ${what} of ${deviceName}`,
            );
          },
        ),
      ),
    'device revoke aliyun_test_01 dev001 KzLKNeWyE7SxiWLuPpZQ000100',
    'device revoke aliyun_test_01 dev001 --all',
  );
};
