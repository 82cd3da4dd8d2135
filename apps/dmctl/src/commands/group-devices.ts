import { inParts } from '@alink/operator';
import type { Command } from 'commander';
import { chooseDevices, addChoiceOptions, type Choice } from '../chosen-devices';
import { withExample } from '../example';
import { CliError, ExitCode } from '../exit-code';
import { inSession } from '../in-session';
import type { Io } from '../io';
import type { Session } from '../session';
import { findGroup } from './group-name';

interface Options extends Choice {
  readonly purpose?: string;
}

type Change = (
  session: Session,
  request: { groupID: string; list: { productID: string; deviceName: string }[] },
) => Promise<unknown>;

/** Puts devices into a group, or takes them out: all of a part, or none of it. */
export const addGroupDeviceCommands = (group: Command, io: Io): void => {
  const addChange = (name: string, description: string, done: string, change: Change): void => {
    const command = group.command(name).description(description).argument('<group>', 'its name or id');
    withExample(
      addChoiceOptions(command)
        .option('--purpose <purpose>', 'of the group', 'default')
        .action(inSession(io, changeDevices(done, change))),
      `group ${name} "Hall 2" aliyun_test_01 dev001 dev002`,
      `group ${name} "Hall 2" aliyun_test_01 --tag site=hall-2 --yes`,
    );
  };
  addChange('add', 'put devices into a group', 'added', ({ groups }, request) =>
    groups.groupDeviceMultiCreate(request),
  );
  addChange('remove', 'take devices out of a group', 'removed', ({ groups }, request) =>
    groups.groupDeviceMultiDelete(request),
  );
};

const changeDevices =
  (done: string, change: Change) =>
  async (session: Session, options: Options, named: string, productID: string, names: string[]): Promise<void> => {
    const { out } = session;
    const { id: groupID, name } = await findGroup(session, named, options.purpose);
    const chosen = await chooseDevices(session, productID, names, options);
    if (names.length === 0 && !options.yes) {
      throw new CliError(ExitCode.usage, `this is about ${chosen.length} devices of ${productID}`, {
        hint: '--yes does it.',
      });
    }
    for (const part of inParts(chosen)) {
      await change(session, { groupID, list: part.map((deviceName) => ({ productID, deviceName })) });
    }
    const where = done === 'added' ? 'to' : 'from';
    out.done({ group: name, [done]: chosen.length }, `${done} ${chosen.length} devices ${where} ${name}`);
  };
