/** Remote configuration. Source: Alibaba Cloud IoT documentation, "Remote configuration". */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NO_CONFIGURATION = 'no remote configuration yet';

export const configuration: readonly Route[] = [
  request(NO_CONFIGURATION, 'thing/config/get', 'fetch the configuration'),
  command(NO_CONFIGURATION, 'thing/config/push', 'a new configuration'),
];
