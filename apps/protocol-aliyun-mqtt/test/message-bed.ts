/** The way of messages without a socket: one device on a link, a bus in this process, and a dm that is asked. */
import type { Question, Reply } from '@alink/alink';
import { createMemoryBus, type Bus } from '@alink/bus';
import { createLogger, createMetrics } from '@alink/runtime';
import { compileModel, importThingModel } from '@alink/thing-model';
import { DeviceDirectory } from '../src/directory/device-directory';
import type { DmKind } from '../src/directory/dm-kind';
import { ourSide, unitedrhinoSide, type DmSideOptions } from '../src/dm-side';
import { UnitedrhinoConfigurations, type ConfigurationTexts } from '../src/files/unitedrhino-configurations';
import { Journal, type Activity } from '../src/journal';
import { createMessagePath } from '../src/message-path';
import { createNodeMetrics } from '../src/metrics';
import { LinkSessions } from '../src/session/link-sessions';
import type { Session } from '../src/session/session';
import { SessionTable } from '../src/session/session-table';
import { admitted } from './admitted';
import { FakeLink } from './fake-link';
import { keptReports } from './kept-reports';
import { ListedDm, PRODUCT_KEY } from './listed-dm';

export const NOW = 1_700_000_000_000;

const TSL = JSON.stringify({
  profile: { productKey: PRODUCT_KEY },
  properties: [
    { identifier: 'Temp', name: 't', accessMode: 'rw', required: false, dataType: { type: 'double', specs: {} } },
  ],
  events: [],
  services: [
    { identifier: 'echo', name: 'e', required: false, callType: 'sync', inputData: [], outputData: [] },
    { identifier: 'reboot', name: 'r', required: false, callType: 'async', inputData: [], outputData: [] },
  ],
});

export interface MessageBedOptions {
  /** `ext` of the device's ClientID. */
  readonly ext?: number;
  /** The device's ClientID, whole (default: one that asks for every reply). */
  readonly clientId?: string;
  /** Whether every device gets every reply (default: no). */
  readonly unaskedReplies?: boolean;
  readonly foreignReaders?: boolean;
  /** Whose dm it is (default: ours). */
  readonly dmKind?: DmKind;
  /** The device's tags, as unitedrhino's dm tells them. */
  readonly tags?: Readonly<Record<string, string>>;
  /** The configuration of its product, as unitedrhino's dm tells it. */
  readonly configuration?: string;
}

export const createMessageBed = async (options: MessageBedOptions = {}) => {
  const {
    ext = 0,
    clientId = 'dev1|securemode=3,_ss=1|',
    unaskedReplies = false,
    foreignReaders = false,
    dmKind = 'ours',
    tags = {},
    configuration,
  } = options;
  const log = createLogger({ name: 'test', level: 'fatal' });
  const clock = { now: () => NOW };
  const steadyClock = { now: () => elapsedMs };
  let elapsedMs = 0;
  const bus = createMemoryBus();
  const failing: { stream: boolean; error: Error } = { stream: false, error: new Error('the stream is away') };
  const kept = await keptReports(bus);
  const activities: Activity[] = [];
  const metrics = createNodeMetrics(createMetrics('test'), () => 1);
  const onActivity = (activity: Activity): void => void activities.push(activity);
  const asked: Question[] = [];
  let reply: Reply | Error = { code: 200 };
  const wires: Bus = {
    publish: (...args) => bus.publish(...args),
    request: (...args) => bus.request(...args),
    subscribe: (...args) => bus.subscribe(...args),
    publishKept: (...args) => (failing.stream ? Promise.reject(failing.error) : bus.publishKept(...args)),
    publishHeard: (...args) => bus.publishHeard(...args),
    openStream: () => bus.openStream(),
    streamOf: (subject) => bus.streamOf(subject),
    consume: (...args) => bus.consume(...args),
    streamCreatedMs: () => bus.streamCreatedMs(),
    streamFacts: () => bus.streamFacts(),
    connected: true,
    onReconnect: () => undefined,
    close: () => bus.close(),
  };
  const config = { REPORT_SHARDS: 1, FOREIGN_READERS: foreignReaders, SUB_DEVICES_PER_GATEWAY: 100 };
  const side: DmSideOptions = { config, nodeId: 'n1', sessions: new SessionTable(), bus: wires, clock };
  const ask = async (question: Question): Promise<Reply> => {
    asked.push(question);
    if (reply instanceof Error) throw reply;
    return reply;
  };
  const texts: ConfigurationTexts = {
    read: async () => (configuration === undefined ? undefined : { id: '7', content: configuration }),
    secretOf: async () => 'productsecret01',
  };
  const configurations = new UnitedrhinoConfigurations({ texts, clock, baseUrl: 'http://iot.example.com' });
  const topology = { ask: async (question: Question) => ask(question), seen: async () => [] };
  const productKeyOf = async (productID: string): Promise<string> => `key of ${productID}`;
  const sides = {
    ours: () => ourSide(side, { ask }, { open: async () => undefined }),
    unitedrhino: () => unitedrhinoSide(side, { tagsOf: async () => tags, topology, configurations, productKeyOf }),
  };
  const { uplink, downlink } = createMessagePath({
    dmSide: sides[dmKind](),
    gateways: { knows: () => false, ask },
    bus: wires,
    clock,
    steadyClock,
    unaskedReplies,
    log,
    directory: new DeviceDirectory(new ListedDm(), clock),
    journal: new Journal({ bus, log, clock, metrics, onActivity }),
    metrics,
  });
  const link = new FakeLink();
  const admittedAs = await admitted('dev1');
  const model = compileModel(importThingModel(TSL).model, 'strong');
  const login = { ...admittedAs, ext, rawClientId: clientId, product: { ...admittedAs.product, model } };
  const sessions = new LinkSessions(link, login, () => undefined);
  const session = sessions.owner;
  session.online(NOW);
  return {
    bus,
    uplink,
    downlink,
    link,
    session,
    /** A sub-device logs in through the device, with a ClientID like that of its gateway device's SDK. */
    logIn: async (deviceName: string): Promise<Session> => {
      const as = await admitted(deviceName);
      const subDevice = sessions.open({ ...as, rawClientId: deviceName, ext, product: { ...as.product, model } });
      subDevice.online(NOW);
      downlink.listen(subDevice);
      return subDevice;
    },
    reports: kept.reports,
    activities,
    /** Lets time pass, for whoever counts by it. */
    pass: (ms: number): void => void (elapsedMs += ms),
    /** What dm was asked. */
    asked,
    /** How dm answers from now on. */
    answer: (next: Reply | Error): void => void (reply = next),
    /** Whether the stream takes nothing, and what it says. */
    failing,
    /** Publishes below `/sys/{productKey}/dev1/`, or on a whole topic. */
    publish: (topic: string, payload: string | Buffer, qos: 0 | 1 = 1): Promise<void> =>
      uplink.publish(session, {
        topic: topic.startsWith('/') ? topic : `/sys/${PRODUCT_KEY}/dev1/${topic}`,
        payload: Buffer.from(payload),
        qos,
      }),
    /** What the device was sent since the last look: topic and payload. */
    heard: (): [string, string][] => link.sent.splice(0).map(({ topic, payload }) => [topic, payload.toString()]),
    stop: async (): Promise<void> => {
      await kept.stop();
      await bus.close();
    },
  };
};
export type MessageBed = Awaited<ReturnType<typeof createMessageBed>>;
