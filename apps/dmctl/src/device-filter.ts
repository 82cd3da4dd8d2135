/** Which devices are meant, in the words of options: the same for listing them and for changing many. */
import { deviceStatuses } from '@alink/operator/words';
import { Option, type Command } from 'commander';
import { parseTag } from './parse-options';

export const addFilterOptions = (command: Command): Command =>
  command
    .option('--online', 'only those that are online')
    .addOption(new Option('--status <status>', 'only those in this state').choices(Object.keys(deviceStatuses)))
    .option('--name <text>', 'only those with this in DeviceName or alias')
    .option('--tag <key=value>', 'only those with this tag; several must all be there', parseTag);
