import { CliError, ExitCode } from '../exit-code';
import type { Session } from '../session';

export type GroupInfo = Awaited<ReturnType<Session['groups']['groupInfoRead']>>;

/**
 * The group that people mean: by its name, which is the only one of its purpose, else by its id.
 * @throws {CliError} when there is none
 */
export const findGroup = async ({ groups }: Session, named: string, purpose?: string): Promise<GroupInfo> => {
  const { list } = await groups.groupInfoIndex({ names: [named], purpose });
  if (list[0]) return list[0];
  if (/^\d{1,18}$/.test(named)) return groups.groupInfoRead({ id: named });
  throw new CliError(ExitCode.refused, `there is no group ${named} of purpose ${purpose}`);
};
