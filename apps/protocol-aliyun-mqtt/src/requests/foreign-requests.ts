/**
 * Questions to unitedrhino's dm, over its bus: an uplink that does not say `noAsk`, and its reply as a downlink with the
 * same `msgToken`. It knows fewer kinds than our dm; the others are refused with words that say so.
 */
import { randomInt } from 'node:crypto';
import type { Question, Reply } from '@alink/alink';
import { subjects, writeDevicePublish, type JsonObject } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import { LRUCache } from 'lru-cache';
import type { Answerer, Asker } from './requests';

/** Milliseconds that its dm may take. */
const TIMEOUT_MS = 5000;
/** Questions that may wait for it. */
const MAX_WAITING = 10_000;

/** What its dm understands: the method that asks, and its params. */
const askers: { readonly [K in Question['kind']]?: (question: Extract<Question, { kind: K }>) => Asked } = {
  'tags.update': ({ tags }) => ({
    method: 'reportInfo',
    params: { tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])) },
  }),
};

interface Asked {
  readonly method: string;
  readonly params: JsonObject;
}

/** A downlink that may be a reply. */
export interface ForeignReply {
  readonly msgToken: string;
  readonly code?: number;
  readonly msg?: string;
  readonly data?: JsonObject;
}

export class ForeignRequests implements Answerer {
  private readonly waiting: LRUCache<string, (reply: Reply) => void>;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
  ) {
    this.waiting = new LRUCache({ max: MAX_WAITING });
  }

  ask(question: Question, of: Asker): Promise<Reply> {
    const asked = (askers[question.kind] as ((question: Question) => Asked) | undefined)?.(question);
    if (!asked) return Promise.reject(new Error(`the dm behind this node does not serve ${question.kind}`));
    const { productID, deviceName } = of;
    const msgToken = String(randomInt(1, 2 ** 32));
    const now = this.clock.now();
    return new Promise((resolve, reject) => {
      const key = keyOf(of, msgToken);
      const timer = setTimeout(() => {
        this.waiting.delete(key);
        reject(new Error(`no reply to ${asked.method} within ${TIMEOUT_MS} ms`));
      }, TIMEOUT_MS);
      this.waiting.set(key, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      const body = { ...asked, msgToken, timestamp: now };
      this.bus.publish(
        subjects.up('thing', productID, deviceName),
        writeDevicePublish({ productID, deviceName, handle: 'thing', type: 'property', body }, now),
      );
    });
  }

  /** A downlink has come. @returns whether it was the reply to a question from here */
  settle(of: Asker, { msgToken, code, msg, data }: ForeignReply): boolean {
    const key = keyOf(of, msgToken);
    const answer = this.waiting.get(key);
    if (!answer) return false;
    this.waiting.delete(key);
    answer({ code: code ?? 200, message: code === undefined || code === 200 ? undefined : msg, data });
    return true;
  }
}

const keyOf = ({ productID, deviceName }: Asker, msgToken: string): string => `${productID}/${deviceName}/${msgToken}`;
