/**
 * Which MQTT sessions outlive their connections. aedes takes one for present only where filters were subscribed in it, but
 * one without any is present as well (MQTT 3.1.1, 3.2.2.2): a client that is told otherwise throws away what it keeps itself.
 */
import type { Aedes, Client, Subscription } from 'aedes';
import { LRUCache } from 'lru-cache';

/** Sessions that are remembered; of more, the one whose client was here longest ago is forgotten. */
const MAX_SESSIONS = 200_000;

/** Stands for the filters of a session that has none. aedes asks whether it may be restored: it may not. */
const NO_FILTERS: Subscription = { topic: '$no-filters', qos: 0 };

/** The part of aedes' persistence that is asked for a session. */
interface Persistence {
  subscriptionsByClient(client: { readonly id: string }): Promise<Subscription[]>;
}

/** @returns whether a filter that aedes wants to restore is a real one */
export const isRealFilter = ({ topic }: Subscription): boolean => topic !== NO_FILTERS.topic;

/** Has an aedes that listens say that a session is present, with or without filters. */
export const rememberSessions = (aedes: Aedes): void => {
  const sessions = new LRUCache<string, true>({ max: MAX_SESSIONS });
  aedes.on('clientReady', ({ id, clean }: Client) => {
    if (clean) sessions.delete(id);
    else sessions.set(id, true);
  });
  const { persistence } = aedes as unknown as { readonly persistence: Persistence };
  const stored = persistence.subscriptionsByClient.bind(persistence);
  persistence.subscriptionsByClient = async (client) => {
    const filters = await stored(client);
    return filters.length === 0 && sessions.has(client.id) ? [NO_FILTERS] : filters;
  };
};
