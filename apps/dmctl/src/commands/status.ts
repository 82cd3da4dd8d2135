import type { Command } from 'commander';
import { withExample } from '../example';
import { inSession } from '../in-session';
import type { Io } from '../io';

export const completeStatusCommand = (status: Command, io: Io): void => {
  withExample(
    status.action(
      inSession(io, async (session) => {
        const { showStatus } = await import('../show-status');
        await showStatus(session);
      }),
    ),
    'status',
    'status --json',
  );
};
