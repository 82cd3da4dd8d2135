/** Where a device should connect. Source: Link SDK for C 4.x, bootstrap. */
import type { Route } from '../../route';
import { command, notice } from './unserved';

const NO_BOOTSTRAP = 'devices are not sent elsewhere yet';

export const bootstrap: readonly Route[] = [
  command(NO_BOOTSTRAP, 'thing/bootstrap/notify', 'connect somewhere else'),
  notice(NO_BOOTSTRAP, {
    family: 'sys',
    path: 'thing/bootstrap/config/push',
    meaning: 'where to connect from now on',
  }),
];
