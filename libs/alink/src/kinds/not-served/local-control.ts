/**
 * Control inside a house without the platform: its keys. Sources: Alibaba Cloud IoT documentation, "Topics that are
 * subscribed automatically"; C SDK 3.x, alcs.
 */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NO_LOCAL_CONTROL = 'its keys are those of the app of a phone, which is Alibaba’s own';

export const localControl: readonly Route[] = [
  request(NO_LOCAL_CONTROL, 'thing/lan/prefix/get', 'local control: ask for the prefix of the keys'),
  command(NO_LOCAL_CONTROL, 'thing/lan/prefix/update', 'local control: a new prefix of the keys'),
  command(NO_LOCAL_CONTROL, 'thing/lan/blacklist/update', 'local control: keys that are blocked'),
];
