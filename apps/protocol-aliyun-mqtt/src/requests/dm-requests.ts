/**
 * Questions to our dm.rpc, many in one call. Questions of one device are answered in their order: while one is under way,
 * its next ones wait.
 */
import type { Question, Reply } from '@alink/alink';
import { services, type Json } from '@alink/contract';
import type { Client, RpcChannel } from '@alink/rpc';
import type { Answerer, Asker } from './requests';

/** Milliseconds that questions are gathered for one call, and how many go into one. */
const GATHER_MS = 2;
const MAX_BATCH = 500;
/** Bytes of the questions of one call; a larger one goes alone. What is more than dm.rpc takes, 16 MB, fails for all in it. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;
/** Calls under way at once. Under load the next one gathers until one has come back, so calls grow instead of piling up. */
const MAX_CALLS = 2;
/** Questions that may wait: while dm.rpc is slow, memory must not fill with what devices ask. */
const MAX_WAITING = 10_000;

interface Waiting {
  readonly kind: Question['kind'];
  /** The question without its kind, as JSON. */
  readonly body: string;
  readonly of: Asker;
  readonly answer: (reply: Reply) => void;
  readonly fail: (error: unknown) => void;
}

export class DmRequests implements Answerer {
  private readonly client: Client<typeof services.requests>;
  private waiting: Waiting[] = [];
  /** Devices whose questions are with dm.rpc. */
  private readonly asking = new Set<string>();
  private calls = 0;
  private gatherTimer: NodeJS.Timeout | undefined;

  constructor(channel: RpcChannel) {
    this.client = channel.client(services.requests);
  }

  ask({ kind, ...question }: Question, of: Asker): Promise<Reply> {
    if (this.waiting.length >= MAX_WAITING) return Promise.reject(new Error('too many questions wait for dm.rpc'));
    return new Promise<Reply>((answer, fail) => {
      this.waiting.push({ kind, body: JSON.stringify(question), of, answer, fail });
      this.gatherTimer ??= setTimeout(() => {
        this.gatherTimer = undefined;
        this.callNext();
      }, GATHER_MS);
    });
  }

  /** Begins as many calls as may be under way. */
  private callNext(): void {
    while (this.calls < MAX_CALLS) {
      const batch = this.takeBatch();
      if (batch.length === 0) return;
      const devices = [...new Set(batch.map(({ of }) => keyOf(of)))];
      for (const device of devices) this.asking.add(device);
      this.calls += 1;
      void this.call(batch).finally(() => {
        for (const device of devices) this.asking.delete(device);
        this.calls -= 1;
        this.callNext();
      });
    }
  }

  /** The oldest questions whose device has none under way. */
  private takeBatch(): Waiting[] {
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    let bytes = 0;
    let isFull = false;
    for (const one of this.waiting) {
      if (isFull || this.asking.has(keyOf(one.of))) {
        later.push(one);
        continue;
      }
      bytes += Buffer.byteLength(one.body);
      // From here on all wait: a smaller one that still has room could be the next of a device whose question has not.
      isFull = batch.length === MAX_BATCH || (batch.length > 0 && bytes > MAX_BATCH_BYTES);
      (isFull ? later : batch).push(one);
    }
    this.waiting = later;
    return batch;
  }

  private async call(batch: readonly Waiting[]): Promise<void> {
    try {
      const questions = batch.map(({ kind, body, of: { productID, deviceName } }) => ({
        productID,
        deviceName,
        kind,
        body,
      }));
      const { replies } = await this.client.ask({ questions });
      batch.forEach(({ answer, fail }, index) => {
        const reply = replies[index];
        if (!reply) return fail(new Error('dm.rpc left a question out'));
        answer({
          code: Number(reply.code),
          message: reply.message || undefined,
          data: reply.data === '' ? undefined : (JSON.parse(reply.data) as Json),
        });
      });
    } catch (error) {
      // Those that have been answered do not hear of it.
      for (const { fail } of batch) fail(error);
    }
  }
}

const keyOf = ({ productID, deviceName }: Asker): string => `${productID}/${deviceName}`;
