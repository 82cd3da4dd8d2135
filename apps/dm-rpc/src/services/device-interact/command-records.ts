/** The records of commands that this process sends: what many commands begin or end with at the same time is written at once. */
import type { DmContext } from '../../context';
import { Batch } from '../../batch';
import { isForeignKeyViolation } from '../../wire/errors';
import { closeCommands, openCommands, type EndedCommand, type NewCommand } from './send-log';

export class CommandRecords {
  private readonly opening: Batch<NewCommand, bigint>;
  private readonly closing: Batch<EndedCommand, void>;

  constructor({ prisma, now }: Pick<DmContext, 'prisma' | 'now'>) {
    this.opening = new Batch({
      work: (commands) => openCommands(prisma, commands, now()),
      // A device has been deleted at this moment.
      isOfOne: isForeignKeyViolation,
    });
    this.closing = new Batch<EndedCommand, void>({
      work: async (ended) => {
        await closeCommands(prisma, ended, now());
        return ended.map(() => undefined);
      },
    });
  }

  /** Writes the record. @returns its msgToken */
  open(command: NewCommand): Promise<bigint> {
    return this.opening.add(command);
  }

  /** Completes the record, unless it is complete. */
  close(ended: EndedCommand): Promise<void> {
    return this.closing.add(ended);
  }
}
