/** Messages to all devices of a product. Source: Alibaba Cloud IoT documentation, "Broadcast". */
import type { Route } from '../../route';
import { notice } from './unserved';

const NO_BROADCAST = 'messages go to one device each';

export const broadcast: readonly Route[] = [
  notice(NO_BROADCAST, {
    family: 'sys',
    path: 'broadcast/request/{messageId}',
    meaning: 'a message to all devices of the product',
  }),
  notice(NO_BROADCAST, {
    family: 'broadcast',
    path: '{topic+}',
    meaning: 'a message to all devices that subscribe it',
  }),
];
