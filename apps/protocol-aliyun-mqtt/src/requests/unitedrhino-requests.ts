/**
 * Questions to unitedrhino's dm, over its bus: an uplink that does not say `noAsk`, and its reply as a downlink with the
 * same `msgToken`. It knows fewer kinds than our dm; the others are refused with words that say so.
 */
import { randomInt } from 'node:crypto';
import type { Question, QuestionKind, Reply, Tag } from '@alink/alink';
import { logModeOf, subjects, writeDevicePublish, type Handle, type Json, type JsonObject } from '@alink/contract';
import type { Bus } from '@alink/bus';
import type { Clock } from '@alink/runtime';
import { LRUCache } from 'lru-cache';
import { DeviceQueues } from '../directory/device-queues';
import { NotServedByDm } from '../directory/records';
import type { UnitedrhinoConfigurations } from '../files/unitedrhino-configurations';
import type { Answerer, Asker } from './requests';
import type { AskedOfDm, UnitedrhinoTopology } from './unitedrhino-topology';

/** Milliseconds that its dm may take. */
const TIMEOUT_MS = 5000;
/** Questions that may wait for it. */
const MAX_WAITING = 10_000;
/** Codes of its services begin here; Alink has none of them. */
const FIRST_CODE_OF_ITS_OWN = 100_000;
/** "service error" ("Alibaba Cloud IoT documentation, 'Error codes for devices'"). */
const SERVICE_ERROR = 500;

/** "no data", "thing config function is not available" ("Alibaba Cloud IoT documentation, 'Remote configuration'"). */
const NO_DATA = 6710;
const NOT_AVAILABLE = 6713;
const NO_BASE_URL = 'thing config function is not available: FILES_BASE_URL of the node is not set';

/** What an uplink is about. */
interface UplinkKind {
  readonly handle: Handle;
  readonly type: string;
}
const PROPERTY: UplinkKind = { handle: 'thing', type: 'property' };
const LOG_LEVEL: UplinkKind = { handle: 'log', type: 'operation' };
const TOPOLOGY: UplinkKind = { handle: 'gateway', type: 'topo' };

/** What a kind of question is answered with. */
interface Tools {
  /** An uplink, by default of the handle `thing`, type `property`, and its reply. */
  ask(method: string, content: JsonObject, of?: UplinkKind): Promise<Reply>;
  /** The device's tags, as its dm has them. */
  tags(): Promise<Readonly<Record<string, string>>>;
  /** The device that asks. */
  readonly asker: Asker;
  readonly topology: Pick<UnitedrhinoTopology, 'ask' | 'seen'>;
  readonly configurations: UnitedrhinoConfigurations;
}

type Answer<K extends QuestionKind> = (question: Extract<Question, { kind: K }>, tools: Tools) => Promise<Reply>;

const ofTopology = (question: AskedOfDm, { topology, asker }: Tools): Promise<Reply> => topology.ask(question, asker);

/** Its dm keeps tags whole: whoever changes one writes them all. */
const answers: { readonly [K in QuestionKind]?: Answer<K> } = {
  'tags.update': async ({ tags }, { ask, tags: known }) => {
    const changed = Object.fromEntries(tags.map(({ key, value }) => [key, value]));
    return ask('reportInfo', { params: { tags: { ...(await known()), ...changed } } });
  },
  'tags.get': async ({ keys }, { tags: known }) => {
    const tags = await known();
    const found = keys.filter((key) => Object.hasOwn(tags, key));
    return { code: 200, data: found.map((key) => ({ key, value: tags[key]! }) satisfies Tag) };
  },
  'tags.delete': async ({ keys }, { ask, tags: known }) => {
    const left = Object.entries(await known()).filter(([key]) => !keys.includes(key));
    return ask('reportInfo', { params: { tags: Object.fromEntries(left) } });
  },
  'log.mode': async (_question, { ask }) => {
    const { code, message, data } = await ask('getStatus', {}, LOG_LEVEL);
    if (code !== 200) return { code, message };
    return { code, data: { ...logModeOf(Number((data as JsonObject | undefined)?.['logLevel'])) } };
  },
  /** It has configurations of products alone. */
  'config.get': async ({ scope, form }, { asker: { productID }, configurations }) => {
    const current = scope === 'product' ? await configurations.current(productID, form) : undefined;
    if (!current) return { code: NO_DATA };
    if (current === 'no URL') return { code: NOT_AVAILABLE, message: NO_BASE_URL };
    return { code: 200, data: { ...current } as unknown as Json };
  },
  'topology.bind': ofTopology,
  'topology.delete': ofTopology,
  'topology.get': ofTopology,
  'topology.register': ofTopology,
  'topology.unregister': ofTopology,
  /** It has no method for it, but a message. */
  'topology.found': async ({ devices }, { ask, topology, asker }) => {
    const seen = await topology.seen(devices, asker);
    return 'code' in seen ? seen : ask('found', { payload: { devices: seen as unknown as Json } }, TOPOLOGY);
  },
};

/** A downlink that may be a reply. */
export interface BusReply {
  readonly msgToken: string;
  readonly code?: number;
  readonly msg?: string;
  readonly data?: JsonObject;
}

export interface UnitedrhinoRequestsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  /** The tags of a device, by its dm's own method; its bus has none that reads them. */
  readonly tagsOf: (of: Asker) => Promise<Readonly<Record<string, string>>>;
  readonly topology: Pick<UnitedrhinoTopology, 'ask' | 'seen'>;
  readonly configurations: UnitedrhinoConfigurations;
}

export class UnitedrhinoRequests implements Answerer {
  private readonly waiting = new LRUCache<string, (reply: Reply) => void>({ max: MAX_WAITING });
  private readonly queues = new DeviceQueues();

  constructor(private readonly options: UnitedrhinoRequestsOptions) {}

  ask(question: Question, of: Asker): Promise<Reply> {
    const answer = answers[question.kind] as Answer<QuestionKind> | undefined;
    if (!answer) return Promise.reject(new NotServedByDm(`unitedrhino’s dm does not serve ${question.kind}`));
    if (this.queues.waiting >= MAX_WAITING) return Promise.reject(new Error('too many questions wait for dm.rpc'));
    const { topology, configurations, tagsOf } = this.options;
    const tools: Tools = {
      ask: (method, content, kind = PROPERTY) => this.askOverBus(of, method, content, kind),
      tags: () => tagsOf(of),
      asker: of,
      topology,
      configurations,
    };
    return this.queues.run(`${of.productID}/${of.deviceName}`, () => answer(question, tools));
  }

  /** A downlink has come. @returns whether it was the reply to a question from here */
  settle(of: Asker, { msgToken, code = 200, msg, data }: BusReply): boolean {
    const key = keyOf(of, msgToken);
    const answer = this.waiting.get(key);
    if (!answer) return false;
    this.waiting.delete(key);
    if (code === 200) answer({ code, data });
    else if (code < FIRST_CODE_OF_ITS_OWN) answer({ code, message: msg, data });
    else answer({ code: SERVICE_ERROR, message: `unitedrhino's dm answered ${code}${msg ? `: ${msg}` : ''}` });
    return true;
  }

  private askOverBus(of: Asker, method: string, content: JsonObject, { handle, type }: UplinkKind): Promise<Reply> {
    const { productID, deviceName } = of;
    const { bus, clock } = this.options;
    const msgToken = String(randomInt(1, 2 ** 32));
    const now = clock.now();
    return new Promise((resolve, reject) => {
      const key = keyOf(of, msgToken);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        this.waiting.delete(key);
        reject(error);
      };
      const late = (): void => fail(new Error(`no reply to ${method} within ${TIMEOUT_MS} ms`));
      const timer = setTimeout(late, TIMEOUT_MS);
      this.waiting.set(key, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
      const body = { method, msgToken, timestamp: now, sys: { noAsk: false, retMsg: true }, ...content };
      const message = writeDevicePublish({ productID, deviceName, handle, type, body }, now);
      // Nobody who listens will not listen before the time is over either.
      bus.publishHeard(subjects.up(handle, productID, deviceName), message).catch(fail);
    });
  }
}

const keyOf = ({ productID, deviceName }: Asker, msgToken: string): string => `${productID}/${deviceName}/${msgToken}`;
