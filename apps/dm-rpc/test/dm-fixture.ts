/** A dm on a real database and a real socket, with a client; bus and registry are the in-process twins unless given. */
import { createMemoryBus, type Bus } from '@alink/bus';
import {
  decodeEnvelope,
  encodeEnvelope,
  encodeReport,
  joinReports,
  PROTOCOL_CODE,
  serviceKeys,
  services,
  subjects,
  writeDevicePublish,
  type DeviceMessage,
  type DeviceReport,
  type EnvelopeOptions,
  type StatusChange,
} from '@alink/contract';
import { createSecretBox, openDatabase, type Database, type SecretBox } from '@alink/db';
import { createMemoryRegistry, type Registry } from '@alink/discovery';
import { connectRpc, type Client, type WithoutUser } from '@alink/rpc';
import { createLogger } from '@alink/runtime';
import { createDatabase, PATIENCE_MS } from '@alink/testing';
import { createDm, type Dm } from '../src/app';

export interface DmFixture {
  readonly dm: Dm;
  readonly db: Database;
  readonly bus: Bus;
  readonly registry: Registry;
  readonly databaseUrl: string;
  readonly products: Client<typeof services.productManage>;
  readonly devices: Client<typeof services.deviceManage>;
  readonly data: Client<typeof services.deviceMsg>;
  readonly interact: Client<typeof services.deviceInteract>;
  readonly definitions: Client<typeof services.schemaManage>;
  readonly shares: Client<typeof services.userDevice>;
  readonly catalog: Client<typeof services.catalog>;
  readonly groups: Client<typeof services.deviceGroup>;
  readonly protocols: Client<typeof services.protocolManage>;
  readonly directory: Client<typeof services.directory>;
  readonly credentials: Client<typeof services.credentials>;
  readonly requests: Client<typeof services.requests>;
  readonly presence: Client<typeof services.presence>;
  readonly admin: Client<typeof services.deviceAdmin>;
  readonly desired: Client<typeof services.desired>;
  readonly shadow: Client<typeof services.shadow>;
  readonly topics: Client<typeof services.topics>;
  readonly jobs: Client<typeof services.deviceJobs>;
  readonly remoteConfig: Client<typeof services.remoteConfig>;
  readonly configurations: Client<typeof services.configurations>;
  readonly files: Client<typeof services.files>;
  readonly logs: Client<typeof services.deviceLogs>;
  /** Every line that was logged. */
  readonly logged: string[];
  stop(): Promise<void>;
}

export interface FixtureOptions {
  readonly bus?: Bus;
  readonly registry?: Registry;
  /** A database that is there already, and stays. */
  readonly databaseUrl?: string;
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly secretBox?: SecretBox;
  readonly callersWithoutUser?: WithoutUser;
  /** Where devices fetch files (default: {@link FILES}); null = nobody has said it. */
  readonly filesBaseUrl?: string | null;
  /** (default: 2000) */
  readonly subDevicesPerGateway?: number;
}

export const KEY = Buffer.alloc(32, 1);
export const FILES = 'http://iot.example.com';

export const startDm = async (options: FixtureOptions = {}): Promise<DmFixture> => {
  const { bus = createMemoryBus({ publishTimeoutMs: PATIENCE_MS }), registry = createMemoryRegistry() } = options;
  const { now, callersWithoutUser: CALLERS_WITHOUT_USER = 'root' } = options;
  const { secretBox = createSecretBox(KEY), filesBaseUrl = FILES } = options;
  const { subDevicesPerGateway: SUB_DEVICES_PER_GATEWAY = 2000 } = options;
  const FILES_BASE_URL = filesBaseUrl ?? undefined;
  const database = options.databaseUrl === undefined ? await createDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? database!.url;
  const db = await openDatabase(databaseUrl, { connectTimeoutMs: PATIENCE_MS });
  const logged: string[] = [];
  const log = createLogger({
    name: 'dm-test',
    level: 'debug',
    destination: { write: (line) => void logged.push(line) },
  });
  const config = {
    HOST: '127.0.0.1',
    POD_IP: undefined,
    DM_GRPC_PORT: 0,
    RETENTION_DAYS: 30,
    SUB_DEVICES_PER_GATEWAY,
    CALLERS_WITHOUT_USER,
    FILES_BASE_URL,
  };
  // The nodes of the tests, or their devices would be given up.
  for (const node of ['node-1', 'node-2']) await registry.hold(serviceKeys.node, node, 'x');
  const dm = await createDm({ config, db, bus, registry, secretBox, log, now }).catch(async (error) => {
    await db.close();
    await database?.drop();
    throw error;
  });
  const channel = connectRpc(`127.0.0.1:${dm.port}`, { deadlineMs: PATIENCE_MS });
  return {
    dm,
    db,
    bus,
    registry,
    databaseUrl,
    products: channel.client(services.productManage),
    devices: channel.client(services.deviceManage),
    data: channel.client(services.deviceMsg),
    interact: channel.client(services.deviceInteract),
    definitions: channel.client(services.schemaManage),
    shares: channel.client(services.userDevice),
    catalog: channel.client(services.catalog),
    groups: channel.client(services.deviceGroup),
    protocols: channel.client(services.protocolManage),
    directory: channel.client(services.directory),
    credentials: channel.client(services.credentials),
    requests: channel.client(services.requests),
    presence: channel.client(services.presence),
    admin: channel.client(services.deviceAdmin),
    desired: channel.client(services.desired),
    shadow: channel.client(services.shadow),
    topics: channel.client(services.topics),
    jobs: channel.client(services.deviceJobs),
    remoteConfig: channel.client(services.remoteConfig),
    configurations: channel.client(services.configurations),
    files: channel.client(services.files),
    logs: channel.client(services.deviceLogs),
    logged,
    async stop() {
      channel.close();
      await dm.stop();
      await db.close();
      if (!options.bus) await bus.close();
      if (!options.registry) await registry.close();
      await database?.drop();
    },
  };
};

/** Another dm.rpc on the same bus, registry and database, as a second instance is. */
export const startBeside = (
  { bus, registry, databaseUrl }: DmFixture,
  options: Pick<FixtureOptions, 'callersWithoutUser' | 'filesBaseUrl' | 'now' | 'subDevicesPerGateway'> = {},
): Promise<DmFixture> => startDm({ bus, registry, databaseUrl, ...options });

/** A thing model with what the tests need: numbers, an event, a service, something that may only be read. */
export const TSL = {
  profile: { productKey: 'p' },
  properties: [
    { identifier: 'temperature', name: 'Temperature', accessMode: 'rw', dataType: number('double', -40, 125) },
    { identifier: 'rpm', name: 'Speed', accessMode: 'rw', dataType: number('int', 0, 10_000) },
    { identifier: 'serial', name: 'Serial', accessMode: 'r', dataType: { type: 'text', specs: { length: '64' } } },
  ],
  events: [
    {
      identifier: 'highTemperature',
      name: 'High temperature',
      type: 'alert',
      method: 'thing.event.highTemperature.post',
      outputData: [{ identifier: 'temperature', name: 'T', dataType: number('double', -40, 125) }],
    },
  ],
  services: [
    {
      identifier: 'echo',
      name: 'Echo',
      callType: 'sync',
      method: 'thing.service.echo',
      inputData: [{ identifier: 'text', name: 'Text', dataType: { type: 'text', specs: { length: '64' } } }],
      outputData: [{ identifier: 'text', name: 'Text', dataType: { type: 'text', specs: { length: '64' } } }],
    },
  ],
};

function number(type: 'int' | 'double', min: number, max: number) {
  return { type, specs: { min: String(min), max: String(max), step: type === 'int' ? '1' : '0.1' } };
}

export const PRODUCT = 'aliyun_test_01';
export const DEVICE = 'dev001';
export const NAMES = { productID: PRODUCT, deviceName: DEVICE };

/** The product with its thing model, and devices. */
export const createDevices = async (fixture: DmFixture, ...deviceNames: string[]): Promise<void> => {
  const { products, devices } = fixture;
  await products.productInfoCreate({ productID: PRODUCT, productName: 'Test', protocolCode: PROTOCOL_CODE });
  await products.productSchemaTslImport({ productID: PRODUCT, tsl: JSON.stringify(TSL) });
  for (const deviceName of deviceNames) await devices.deviceInfoCreate({ productID: PRODUCT, deviceName });
};

/** A report, as our nodes make it of what a device says. */
export const reportOf = (
  message: DeviceMessage | Buffer,
  { productID, deviceName } = NAMES,
  arrivedAt: number = Date.now(),
): DeviceReport => {
  const topic = `/sys/${productID}/${deviceName}/thing/event/property/post`;
  const report = { productID, deviceName, topic, arrivedAt };
  if (Buffer.isBuffer(message)) return { ...report, handle: 'ext', type: 'custom', bytes: message };
  const [type = 'property'] = /^(event|action)/.exec(message.method) ?? [];
  return { ...report, handle: 'thing', type, message };
};

/** A message of the stream with these reports. */
export const reportsBody = (...reports: readonly DeviceReport[]): { subject: string; body: string } => ({
  subject: subjects.reports(0),
  body: joinReports(reports.map(encodeReport)),
});

/** An uplink in unitedrhino's form: as foreign nodes send it, and as earlier versions of ours had it kept. */
export const publishBody = (
  message: DeviceMessage | Buffer,
  { productID, deviceName } = NAMES,
  arrivedAt: number = Date.now(),
  options: EnvelopeOptions = {},
): { subject: string; body: string } => {
  const { topic, handle, type } = reportOf(message, { productID, deviceName });
  const body = writeDevicePublish({ productID, deviceName, topic, handle, type, body: message }, arrivedAt, options);
  return { subject: subjects.up(handle, productID, deviceName), body };
};

/** Sends a report; resolves with its sequence once the stream has kept it. */
export const sendUplink = (
  bus: Bus,
  message: DeviceMessage | Buffer,
  device = NAMES,
  arrivedAt?: number,
): Promise<number> => {
  const { subject, body } = reportsBody(reportOf(message, device, arrivedAt));
  return bus.publishKept(subject, body);
};

/** Tells of a session; resolves with the sequence, which is the epoch of a session that began. */
export const sendStatus = (
  bus: Bus,
  change: Partial<StatusChange> & Pick<StatusChange, 'action'>,
  { productID, deviceName } = NAMES,
): Promise<number> => {
  const status: StatusChange = {
    username: `${deviceName}&${productID}`,
    timestamp: Date.now(),
    addr: '10.1.2.3:54321',
    clientID: `${productID}&${deviceName}`,
    reason: '',
    productID,
    deviceName,
    node: 'node-1',
    ...change,
  };
  const subject = change.action === 'connected' ? subjects.sessionBegan : subjects.sessionEnded;
  return bus.publishKept(subject, encodeEnvelope(JSON.stringify(status), status.timestamp));
};

/** What was told: JSON of a device, or a productID as it is. */
const readNews = (data: string): unknown => (/^[[{]/.test(data) ? JSON.parse(data) : data);

/** What is told on the bus while `work` runs: subject and data. */
export const toldDuring = async (bus: Bus, work: () => Promise<unknown>): Promise<[string, unknown][]> => {
  const told: [string, unknown][] = [];
  const listening = bus.subscribe('server.>', ({ subject, data }) =>
    told.push([subject, readNews(decodeEnvelope(data.toString()).data)]),
  );
  await work();
  await new Promise(setImmediate);
  listening.unsubscribe();
  return told;
};

/** Everything that the database holds, as one text. */
export const dump = async ({ db }: DmFixture): Promise<string> => {
  const tables = await db.prisma.$queryRaw<{ name: string }[]>`
    SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = current_schema()`;
  const texts = await Promise.all(
    tables.map(({ name }) =>
      db.prisma.$queryRawUnsafe<{ text: string | null }[]>(`SELECT string_agg(t::text, '\n') AS text FROM "${name}" t`),
    ),
  );
  return texts.map(([row]) => row?.text ?? '').join('\n');
};

/** What an error of a call must be like. */
export const rpcError = (code: number, text: string) =>
  expect.objectContaining({ name: 'RpcError', code, message: expect.stringContaining(text) });
