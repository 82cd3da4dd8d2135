/** Ends tasks that take too long. */
import type { DmContext } from '../../context';
import { timeOut } from './store';

const EVERY_MS = 30_000;

/** Looks now and from time to time; of several instances any may. */
export const startTaskTimeouts = ({ prisma, now, log }: Pick<DmContext, 'prisma' | 'now' | 'log'>) => {
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = running
      .then(() => timeOut(prisma, now()))
      .then(
        (count) => void (count > 0 && log.info({ count }, 'tasks of devices have timed out')),
        (err: unknown) => log.warn({ err }, 'tasks of devices could not be looked through; trying again'),
      );
  };
  const timer = setInterval(look, EVERY_MS);
  look();
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      await running;
    },
  };
};
