import type { Command } from 'commander';
import type { Io } from './io';

/** A command of the first level, which is loaded when a command line may mean it. */
export interface ListedCommand {
  /** As the help of the program shows it: the name, and what the command takes. */
  readonly usage: string;
  readonly description: string;
  /** Loads what gives the command its own commands, or its options and its action. */
  readonly load: () => Promise<(command: Command, io: Io, all: readonly ListedCommand[]) => void>;
}

/** The word that a command line names it with. */
export const nameOf = ({ usage }: ListedCommand): string => usage.split(' ')[0]!;
