/** Which devices are meant, in the words of options: the same for listing them and for changing many. */
import { Option, type Command } from 'commander';
import { parseTag } from './parse-options';
import { deviceStatuses, onlineStates } from './wire-words';

export interface DeviceFilter {
  readonly online?: boolean;
  readonly status?: keyof typeof deviceStatuses;
  readonly name?: string;
  readonly tag?: Record<string, string>;
}

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--online', 'only those that are online')
    .addOption(new Option('--status <status>', 'only those in this state').choices(Object.keys(deviceStatuses)))
    .option('--name <text>', 'only those with this in DeviceName or alias')
    .option('--tag <key=value>', 'only those with this tag; several must all be there', parseTag);

/** The filter as `deviceInfoIndex` takes it. */
export const filterRequest = ({ online, status, name, tag }: DeviceFilter) => ({
  deviceNameOrAlias: name,
  tags: tag,
  isOnline: online ? onlineStates.online : 0,
  status: status && deviceStatuses[status],
});
