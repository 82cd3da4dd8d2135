/** Where a device should connect. Source: Link SDK for C 4.x, bootstrap. */
import type { Route } from '../route';
import { notice } from './not-served/unserved';
import { platformRequest } from './platform-request';

export const bootstrap: readonly Route[] = [
  platformRequest('thing/bootstrap/notify', 'connect somewhere else'),
  notice('undocumented; devices are told by thing/bootstrap/notify', {
    family: 'sys',
    path: 'thing/bootstrap/config/push',
    meaning: 'where to connect from now on',
  }),
];
