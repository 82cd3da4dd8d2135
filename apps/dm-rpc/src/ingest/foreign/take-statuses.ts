/**
 * Nodes that are not ours tell of sessions on plain NATS, in unitedrhino's form. Each instance puts into the stream what it
 * hears, and the stream keeps it once: so beginnings and ends stay in the order in which they were told, whichever instance
 * is faster.
 */
import { createHash } from 'node:crypto';
import type { Bus, BusMessage } from '@alink/bus';
import { isKeptCopy, subjects } from '@alink/contract';
import type { Logger } from '@alink/runtime';
import { streamAnswer } from './stream-answer';

export interface TakeStatusesOptions {
  readonly bus: Bus;
  readonly log: Logger;
}

/** The same for all who hear it. A body has its time, and its trace. */
const idOf = (body: Buffer): string => createHash('sha256').update(body).digest('base64url');

/** Starts listening. @returns how it ends */
export const takeStatuses = ({ bus, log }: TakeStatusesOptions): { stop(): void } => {
  const take = async ({ subject, data, respond }: BusMessage, kept: string): Promise<void> => {
    // What our own nodes tell others stands in the stream already.
    if (isKeptCopy(data)) return;
    try {
      const seq = await bus.publishKept(kept, data, idOf(data));
      respond?.(streamAnswer(seq));
    } catch (err) {
      log.error({ err, subject }, 'status of a foreign node was not taken');
    }
  };
  const listening = [
    bus.subscribe(subjects.connected, (message) => void take(message, subjects.sessionBegan)),
    bus.subscribe(subjects.disconnected, (message) => void take(message, subjects.sessionEnded)),
  ];
  return { stop: () => listening.forEach((subscription) => subscription.unsubscribe()) };
};
