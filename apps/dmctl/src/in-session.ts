import type { Command } from 'commander';
import type { Io } from './io';
import type { GlobalOptions } from './service-address';
import type { Session } from './session';

/**
 * Makes a commander action of a function: opens a session for it, closes it, and puts what is thrown in words.
 * The function gets the options, its own and the global ones, and then the arguments.
 */
export const inSession =
  <Options, Args extends unknown[]>(
    io: Io,
    work: (session: Session, options: Options, ...args: Args) => Promise<void>,
  ) =>
  async (...received: unknown[]): Promise<void> => {
    const command = received.at(-1) as Command;
    const options = command.optsWithGlobals<Options & GlobalOptions>();
    // Only now: gRPC takes longer to load than all the rest of dmctl, and help and a bad command line do without.
    const { withSession } = await import('./session');
    await withSession(io, options, (session) => work(session, options, ...(received.slice(0, -2) as Args)));
  };
