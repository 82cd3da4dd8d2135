/**
 * One message for many devices that are online: all of a product, which need not subscribe anything, or those that have
 * subscribed a topic of the product. Source: Alibaba Cloud IoT documentation, "Broadcast communication".
 */
import type { Route } from '../route';

export const broadcast: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'broadcast/request/{messageId}',
      meaning: 'a message to all devices of the product',
    },
    down: 'bytes',
  },
  {
    topic: { family: 'broadcast', path: '{topic+}', meaning: 'a message to all devices that subscribe it' },
    down: 'bytes',
  },
];
