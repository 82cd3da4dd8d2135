import type { services } from '@alink/contract';
import type { Registry } from '@alink/discovery';
import type { Handlers } from '@alink/rpc';
import type { DmContext } from '../../context';
import type { CommandSender } from '../../services/device-interact/command-sender';
import { broadcastHandlers } from './broadcast';
import { topicClassHandlers } from './classes';
import { forwardHandlers } from './forwards';
import { rrpcHandlers } from './rrpc';

/** `alink.Topics`. */
export const topics = (
  context: DmContext,
  sender: CommandSender,
  registry: Pick<Registry, 'list'>,
): Handlers<typeof services.topics> => ({
  ...topicClassHandlers(context),
  ...forwardHandlers(context),
  ...rrpcHandlers(context, sender),
  ...broadcastHandlers(context, registry),
});
