/**
 * The life of a device. Source: Alibaba Cloud IoT documentation, "Disable and delete devices"; C SDK 3.x, dev_reset. What happens
 * to a sub-device, its gateway device is told on the sub-device's topics.
 */
import { paramlessAlink } from '../bodies/alink';
import type { Route } from '../route';
import { platformRequest } from './platform-request';

export const lifeCycle: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'thing/reset',
      meaning: 'undo the binding to users: there is none, so nothing changes',
      replyOn: '_reply',
    },
    body: paramlessAlink,
    report: () => ({ code: 200, problems: [] }),
    needsId: true,
  },
  platformRequest('thing/disable', 'gateway: the sub-device is disabled'),
  platformRequest('thing/enable', 'gateway: the sub-device is enabled again'),
  platformRequest('thing/delete', 'gateway: the sub-device is deleted'),
];
