/** Log lines of the device itself. Source: Alibaba Cloud IoT documentation, "Device log". */
import type { Route } from '../../route';
import { notice, request } from './unserved';

const NO_LOG = 'log lines of devices are not kept yet';

export const deviceLog: readonly Route[] = [
  request(NO_LOG, 'thing/config/log/get', 'fetch the settings of the log'),
  notice(NO_LOG, { family: 'sys', path: 'thing/config/log/push', meaning: 'new settings of the log' }),
  request(NO_LOG, 'thing/log/post', 'report log lines'),
];
