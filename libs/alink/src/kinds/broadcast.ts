/** Messages to all devices of a product. Source: Alibaba Cloud IoT documentation, "Broadcast". */
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
