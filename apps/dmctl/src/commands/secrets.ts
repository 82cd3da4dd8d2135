import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

/** Every secret is opened and sealed again: seconds for a hundred thousand, and longer on a busy database. */
const DEADLINE_MS = 600_000;

export const addSecretsCommands = (secrets: Command, io: Io): void => {
  withExample(
    secrets
      .command('rotate-key')
      .description('seal all secrets anew with SECRET_KEY of dm.rpc; former keys are then no longer needed')
      .action(
        inSession(io, async ({ admin, out }) => {
          const { rotated, keyId } = await admin.rotateKey({}, { deadlineMs: DEADLINE_MS });
          out.done({ rotated: Number(rotated), keyId }, `sealed ${rotated} secrets anew with key ${keyId}`);
        }),
      ),
    'secrets rotate-key',
  );
};
