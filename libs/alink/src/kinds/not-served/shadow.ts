/** The shadow of a device: one document of reported and desired state. Source: Alibaba Cloud IoT documentation, "Device shadow". */
import { shadowBody } from '../../bodies/shadow';
import type { Route } from '../../route';
import { requestOn } from './unserved';

export const shadow: readonly Route[] = [
  requestOn(
    'no shadow yet',
    {
      family: 'shadow',
      path: 'update',
      meaning: 'read and write the shadow',
      replyOn: { path: 'get', meaning: 'answers and changes of the shadow' },
    },
    shadowBody,
  ),
];
