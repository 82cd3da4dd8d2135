/** Many devices that a command is about, chosen as in `chosen-devices.ts`, or by a group. */
import { filteredNames } from '@alink/operator/devices';
import type { Command } from 'commander';
import { findGroup } from './commands/group-name';
import { addChoiceOptions, chooseDevices, type Choice } from './chosen-devices';
import { CliError, ExitCode } from './exit-code';
import type { Session } from './session';

export interface ManyChoice extends Omit<Choice, 'result'> {
  /** Name or id of a group. */
  readonly group?: string;
}

export const addManyOptions = (command: Command): Command =>
  addChoiceOptions(command, { withProduct: false, withResult: false }).option(
    '--group <group>',
    'the devices of the product that are in this group, by its name or id',
  );

/**
 * @param action what is done to them: "set properties of"
 * @throws {CliError} when nothing is chosen, in more than one way, or without --yes by anything but names
 */
export const chooseMany = async (
  session: Session,
  productID: string,
  named: readonly string[],
  { group, yes, ...choice }: ManyChoice,
  action: string,
): Promise<string[]> => {
  const isOther = named.length > 0 || Object.values(choice).some((value) => value !== undefined);
  if (group !== undefined && isOther) throw new CliError(ExitCode.usage, 'which devices: --group stands alone');
  const names =
    group === undefined
      ? await chooseDevices(session, productID, named, choice)
      : await filteredNames(session, productID, { groupID: (await findGroup(session, group)).id });
  if (named.length === 0 && !yes && names.length > 0) {
    throw new CliError(ExitCode.usage, `this would ${action} ${names.length} devices of ${productID}`, {
      hint: '--yes does it.',
    });
  }
  return names;
};
