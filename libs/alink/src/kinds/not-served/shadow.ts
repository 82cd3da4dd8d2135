/** The shadow of a device: one document of reported and desired state. Source: Alibaba Cloud IoT documentation, "Device shadow". */
import type { Route } from '../../route';
import { kept } from './unserved';

export const shadow: readonly Route[] = [
  kept('no shadow yet', {
    family: 'shadow',
    path: 'update',
    meaning: 'read and write the shadow',
    replyOn: { path: 'get', meaning: 'answers and changes of the shadow' },
  }),
];
