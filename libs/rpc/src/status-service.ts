/** `alink.Status`: how a service is, by itself. Whoever may call it at all may ask; it names no device and no secret. */
import type { services } from '@alink/contract';
import type { PartState, PartWatch } from '@alink/runtime';
import type { Handlers } from './types';

/** What there is to say of a part beyond that it is there; of NATS, how full its stream is. */
export interface WatchedFacts {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes?: number;
  readonly isFull: boolean;
  readonly consumers: readonly { readonly name: string; readonly waiting: number; readonly underWay: number }[];
}

export const statusHandlers = (watch: PartWatch<WatchedFacts>): Handlers<typeof services.status> => ({
  statusRead: async () => ({ startedAt: watch.startedAt, parts: watch.states.map(partStatus) }),
});

const partStatus = ({ name, isUp, since, cause, facts }: PartState<WatchedFacts>) => ({
  name,
  up: isUp,
  since,
  cause,
  stream: facts && { ...facts, full: facts.isFull, consumers: [...facts.consumers] },
});
