/** The whole platform as separate processes on real etcd, NATS and PostgreSQL, each on free ports. */
import { randomBytes } from 'node:crypto';
import { services } from '@alink/contract';
import { connectRpc, type Client, type RpcChannel } from '@alink/rpc';
import { deviceCredentials } from '@alink/signing';
import {
  createDatabase,
  freePort,
  SdkDevice,
  spawnApp,
  startEtcd,
  startNats,
  removeFolder,
  temporaryFolder,
  type SdkDeviceOptions,
  type SpawnedApp,
  type TestDatabase,
  type TestEtcd,
  type TestNats,
} from '@alink/testing';

export type AppName = 'dm-rpc' | 'timedjob-rpc' | 'protocol-aliyun-mqtt';

/** The line that an app prints once it serves. */
const UP: Record<AppName, RegExp> = {
  'dm-rpc': /dm\.rpc serves/,
  'timedjob-rpc': /timedjob\.rpc\/\d+/,
  'protocol-aliyun-mqtt': /dg\.rpc and MQTT serve/,
};

const UP_WITHIN_MS = 120_000;

/** The manual's product and device ("阿里云MQTT协议接入"). */
export const PRODUCT = 'aliyun_test_01';
export const DEVICE = 'dev001';
export const DEVICE_SECRET = 'testsecret001';

/** Alibaba TSL of the product that tests use: the demo's, and a property of each kind that matters. */
export const TSL = JSON.stringify({
  schema: 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json',
  profile: { productKey: PRODUCT },
  properties: [
    property('temperature', 'rw', { type: 'double', specs: { min: '-40', max: '125', step: '0.1', unit: '°C' } }),
    property('humidity', 'r', { type: 'int', specs: { min: '0', max: '100', step: '1' } }),
    property('light', 'rw', { type: 'bool', specs: { '0': 'off', '1': 'on' } }),
    property('label', 'rw', { type: 'text', specs: { length: '32' } }),
  ],
  events: [
    {
      identifier: 'highTemperature',
      name: 'high temperature',
      type: 'alert',
      required: false,
      method: 'thing.event.highTemperature.post',
      outputData: [param('temperature', { type: 'double', specs: { min: '-40', max: '125', step: '0.1' } })],
    },
  ],
  services: [
    service('reboot', 'async', [param('delay', { type: 'int', specs: { min: '0', max: '3600', step: '1' } })], []),
    service(
      'echo',
      'sync',
      [param('text', { type: 'text', specs: { length: '128' } })],
      [param('text', { type: 'text', specs: { length: '128' } })],
    ),
  ],
});

function property(identifier: string, accessMode: string, dataType: object): object {
  return { identifier, name: identifier, accessMode, required: false, dataType };
}
function param(identifier: string, dataType: object): object {
  return { identifier, name: identifier, dataType };
}
function service(identifier: string, callType: string, inputData: object[], outputData: object[]): object {
  const method = `thing.service.${identifier}`;
  return { identifier, name: identifier, required: false, callType, method, inputData, outputData };
}

export type GatewayPorts = Record<'mqtt' | 'mqttTls' | 'mqttWs' | 'gatewayGrpc' | 'gatewayHttp', number>;
type Ports = GatewayPorts & Record<'dm' | 'timedjob', number>;

const freeGatewayPorts = async (): Promise<GatewayPorts> => ({
  mqtt: await freePort(),
  mqttTls: await freePort(),
  mqttWs: await freePort(),
  gatewayGrpc: await freePort(),
  gatewayHttp: await freePort(),
});

const gatewayVariables = (ports: GatewayPorts): Record<string, string> => ({
  MQTT_PORT: String(ports.mqtt),
  MQTT_TLS_PORT: String(ports.mqttTls),
  MQTT_WS_PORT: String(ports.mqttWs),
  GATEWAY_GRPC_PORT: String(ports.gatewayGrpc),
  GATEWAY_HTTP_PORT: String(ports.gatewayHttp),
});

export class Platform {
  private readonly apps = new Map<AppName, SpawnedApp>();
  private readonly moreGateways = new Map<GatewayPorts, SpawnedApp>();
  /** Every password that {@link login} has given: none may stand in a log. */
  readonly passwords = new Set<string>();
  /** Output of processes that have ended: greps must see all of it. */
  private pastOutput = '';

  private constructor(
    readonly etcd: TestEtcd,
    readonly nats: TestNats,
    readonly database: TestDatabase,
    readonly ports: Ports,
    private readonly env: Record<string, string>,
    readonly channel: RpcChannel,
    readonly dataDir: string,
    private readonly root: string | undefined,
  ) {}

  /** Starts the servers and, unless told otherwise, all apps; `env` adds variables for all of them. */
  static async start({
    env = {},
    apps = ['dm-rpc', 'timedjob-rpc', 'protocol-aliyun-mqtt'],
    makeDatabase = createDatabase,
    root,
  }: {
    env?: Record<string, string>;
    apps?: AppName[];
    /** Makes the database elsewhere than on the server that tests share. */
    makeDatabase?: () => Promise<TestDatabase>;
    /** Root of another checkout whose built apps are run. */
    root?: string;
  } = {}): Promise<Platform> {
    const [etcd, nats, database] = await Promise.all([startEtcd(), startNats(), makeDatabase()]);
    const ports = { ...(await freeGatewayPorts()), dm: await freePort(), timedjob: await freePort() };
    const dataDir = temporaryFolder('platform');
    const all = {
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      STARTUP_TIMEOUT_S: String(UP_WITHIN_MS / 1000),
      ETCD_HOSTS: etcd.hosts,
      NATS_URL: nats.url,
      DATABASE_URL: database.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
      ...gatewayVariables(ports),
      DATA_DIR: dataDir,
      DM_GRPC_PORT: String(ports.dm),
      TIMEDJOB_GRPC_PORT: String(ports.timedjob),
      // Tests log in far more often than devices do.
      CONNECTS_PER_MINUTE_PER_DEVICE: '0',
      LOGIN_FAILURES_PER_MINUTE: '0',
      ...env,
    };
    const channel = connectRpc(`127.0.0.1:${ports.dm}`, { deadlineMs: 60_000 });
    const platform = new Platform(etcd, nats, database, ports, all, channel, dataDir, root);
    try {
      for (const app of apps) await platform.startApp(app);
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  /** Starts one app and waits until it says that it is up. */
  async startApp(name: AppName, env: Record<string, string> = {}): Promise<SpawnedApp> {
    const app = this.spawn(name, env);
    await app.waitForLine(UP[name], UP_WITHIN_MS);
    return app;
  }

  /** Starts one app without waiting. */
  spawn(name: AppName, env: Record<string, string> = {}): SpawnedApp {
    const app = spawnApp(name, { ...this.env, ...env }, [], this.root);
    this.apps.set(name, app);
    return app;
  }

  /** Starts a gateway beside the others, on ports of its own. */
  async startAnotherGateway(env: Record<string, string> = {}): Promise<GatewayPorts> {
    const ports = await freeGatewayPorts();
    await this.startGateway(ports, env);
    return ports;
  }

  /** Starts the gateway of these ports, or starts it again, and waits until it is up. */
  async startGateway(ports: GatewayPorts, env: Record<string, string> = {}): Promise<void> {
    if (ports === this.ports) return void (await this.startApp('protocol-aliyun-mqtt', env));
    const variables = { ...this.env, ...gatewayVariables(ports), ...env };
    const app = spawnApp('protocol-aliyun-mqtt', variables, [], this.root);
    this.moreGateways.set(ports, app);
    await app.waitForLine(UP['protocol-aliyun-mqtt'], UP_WITHIN_MS);
  }

  /** The gateway of these ports: `this.ports`, or those of another one. */
  gateway(ports: GatewayPorts): SpawnedApp {
    return this.moreGateways.get(ports) ?? this.app('protocol-aliyun-mqtt');
  }

  async stopGateway(ports: GatewayPorts, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (ports === this.ports) return this.stopApp('protocol-aliyun-mqtt', signal);
    const app = this.gateway(ports);
    await app.stop(signal);
    this.pastOutput += app.output;
    this.moreGateways.delete(ports);
  }

  app(name: AppName): SpawnedApp {
    const app = this.apps.get(name);
    if (!app) throw new Error(`${name} was not started`);
    return app;
  }

  async stopApp(name: AppName, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const app = this.app(name);
    await app.stop(signal);
    this.pastOutput += app.output;
    this.apps.delete(name);
  }

  /** Everything that any app has printed. */
  get output(): string {
    return [this.pastOutput, ...[...this.apps.values(), ...this.moreGateways.values()].map((app) => app.output)].join(
      '',
    );
  }

  client<S extends Parameters<RpcChannel['client']>[0]>(of: S): Client<S> {
    return this.channel.client(of);
  }

  /** Creates the manual's product with {@link TSL}, and its device. */
  async createManualsDevice(): Promise<void> {
    await this.createProduct(PRODUCT);
    await this.createDevice(PRODUCT, DEVICE, DEVICE_SECRET);
  }

  async createProduct(productID: string, fields: Record<string, unknown> = {}): Promise<void> {
    const products = this.client(services.productManage);
    await products.productInfoCreate({ productID, productName: productID, protocolCode: 'aliyunMqtt', ...fields });
    await products.productSchemaTslImport({ productID, tsl: TSL });
  }

  async createDevice(productID: string, deviceName: string, secret: string): Promise<void> {
    await this.client(services.deviceManage).deviceInfoCreate({ productID, deviceName, secret });
  }

  /** What a device of this platform dials and signs. */
  login(productKey: string, deviceName: string, deviceSecret: string, more: object = {}): SdkDeviceOptions {
    const credentials = deviceCredentials({ productKey, deviceName, deviceSecret, timestamp: Date.now(), ...more });
    this.passwords.add(credentials.password);
    return { port: this.ports.mqtt, ...credentials };
  }

  /** Lines of a device's log whose text matches. */
  async logLines(deviceName: string, pattern: RegExp, productID = PRODUCT) {
    const { list } = await this.client(services.deviceMsg).hubLogIndex({ productID, deviceName });
    return list.filter(({ content }) => pattern.test(content));
  }

  /** The latest value of a property of the manual's product; undefined before the first report. */
  async latest(dataID: string, deviceName = DEVICE, productID = PRODUCT): Promise<unknown> {
    const messages = this.client(services.deviceMsg);
    const { list } = await messages.propertyLatestIndex({ productID, deviceName, dataIDs: [dataID] });
    return list[0]?.value ? JSON.parse(list[0].value) : undefined;
  }

  /** Every value of a property of the manual's product that was kept. */
  async history(dataID: string, deviceName = DEVICE, productID = PRODUCT): Promise<unknown[]> {
    const messages = this.client(services.deviceMsg);
    const { list } = await messages.propertyLogIndex({ productID, deviceName, dataID });
    return list.map(({ value }) => JSON.parse(value) as unknown);
  }

  /** What dm says of a device's presence. */
  async isOnline(deviceName = DEVICE, productID = PRODUCT): Promise<boolean> {
    const info = await this.client(services.deviceManage).deviceInfoRead({ productID, deviceName });
    return info.isOnline === '2';
  }

  /** Connects the manual's device, or another one. */
  connect(
    productKey = PRODUCT,
    deviceName = DEVICE,
    deviceSecret = DEVICE_SECRET,
    options: Partial<SdkDeviceOptions> = {},
  ): Promise<SdkDevice> {
    return SdkDevice.connect({ ...this.login(productKey, deviceName, deviceSecret), ...options });
  }

  async stop(): Promise<void> {
    this.channel.close();
    await Promise.all([...this.moreGateways.keys()].map((ports) => this.stopGateway(ports)));
    for (const name of ['protocol-aliyun-mqtt', 'timedjob-rpc', 'dm-rpc'] as const) {
      if (this.apps.has(name)) await this.stopApp(name);
    }
    await Promise.all([this.etcd.stop(), this.nats.stop(), this.database.drop()]);
    removeFolder(this.dataDir);
  }
}
