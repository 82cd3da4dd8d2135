/** The platform as separate processes on real etcd, NATS and PostgreSQL, each on free ports. */
import { randomBytes } from 'node:crypto';
import { startEtcd, type TestEtcd } from './etcd-server';
import { freePort } from './free-port';
import { removeFolder, temporaryFolder } from './guardian';
import { startNats, type TestNats } from './nats-server';
import type { TestDatabase } from './postgres-server';
import { createDatabase } from './shared-postgres';
import { spawnApp, type SpawnedApp } from './spawned-app';

export type AppName = 'dm-rpc' | 'timedjob-rpc' | 'protocol-aliyun-mqtt';

/** The line that an app prints once it serves. */
const UP: Record<AppName, RegExp> = {
  'dm-rpc': /dm\.rpc serves/,
  'timedjob-rpc': /timedjob\.rpc\/\d+/,
  'protocol-aliyun-mqtt': /dg\.rpc and MQTT serve/,
};

/** Milliseconds in which an app is up on a busy machine: it migrates, connects, and waits for others. */
const UP_WITHIN_MS = 60_000;

/** Milliseconds for a hook that starts a platform: three servers and then three apps, one after the other. */
export const PLATFORM_START_MS = 120_000;

export type NodePorts = Record<'mqtt' | 'mqttTls' | 'mqttWs' | 'nodeGrpc' | 'nodeHttp', number>;
export type PlatformPorts = NodePorts & Record<'dm' | 'timedjob', number>;

const freeNodePorts = async (): Promise<NodePorts> => ({
  mqtt: await freePort(),
  mqttTls: await freePort(),
  mqttWs: await freePort(),
  nodeGrpc: await freePort(),
  nodeHttp: await freePort(),
});

const nodeVariables = (ports: NodePorts): Record<string, string> => ({
  MQTT_PORT: String(ports.mqtt),
  MQTT_TLS_PORT: String(ports.mqttTls),
  MQTT_WS_PORT: String(ports.mqttWs),
  GATEWAY_GRPC_PORT: String(ports.nodeGrpc),
  GATEWAY_HTTP_PORT: String(ports.nodeHttp),
});

export interface SpawnedPlatformOptions {
  /** More variables for all apps. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is started, in this order; by default all. */
  readonly apps?: readonly AppName[];
  /** Makes the database elsewhere than on the server that tests share. */
  readonly makeDatabase?: () => Promise<TestDatabase>;
  /** Root of another checkout whose built apps are run. */
  readonly root?: string;
  /** How an app is run; by default as a process of what is built in `root`. */
  readonly run?: RunApp;
}

/** Starts an app with these variables and no others. */
export type RunApp = (name: AppName, env: Readonly<Record<string, string>>) => SpawnedApp;

/** What a platform is put together from. */
export interface PlatformParts {
  readonly etcd: TestEtcd;
  readonly nats: TestNats;
  readonly database: TestDatabase;
  readonly ports: PlatformPorts;
  readonly dataDir: string;
  /** What every app gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly run: RunApp;
}

export class SpawnedPlatform {
  readonly etcd: TestEtcd;
  readonly nats: TestNats;
  readonly database: TestDatabase;
  readonly ports: PlatformPorts;
  /** `DATA_DIR` of the apps, which goes with the platform. */
  readonly dataDir: string;
  private readonly env: Readonly<Record<string, string>>;
  private readonly apps = new Map<AppName, SpawnedApp>();
  private readonly moreNodes = new Map<NodePorts, SpawnedApp>();
  /** Output of processes that have ended: greps must see all of it. */
  private pastOutput = '';

  private readonly run: RunApp;

  constructor({ etcd, nats, database, ports, dataDir, env, run }: PlatformParts) {
    this.etcd = etcd;
    this.nats = nats;
    this.database = database;
    this.ports = ports;
    this.dataDir = dataDir;
    this.env = env;
    this.run = run;
  }

  /** Starts the servers and the apps; a class that extends this one is started in the same way. */
  static async start<P extends SpawnedPlatform>(
    this: new (parts: PlatformParts) => P,
    {
      env = {},
      apps = ['dm-rpc', 'timedjob-rpc', 'protocol-aliyun-mqtt'],
      makeDatabase = createDatabase,
      root,
      run = (name, variables) => spawnApp(name, variables, [], root),
    }: SpawnedPlatformOptions = {},
  ): Promise<P> {
    const [etcd, nats, database] = await Promise.all([startEtcd(), startNats(), makeDatabase()]);
    const ports = { ...(await freeNodePorts()), dm: await freePort(), timedjob: await freePort() };
    const dataDir = temporaryFolder('platform');
    const all = {
      HOST: '127.0.0.1',
      LOG_LEVEL: 'debug',
      STARTUP_TIMEOUT_S: String(UP_WITHIN_MS / 1000),
      ETCD_HOSTS: etcd.hosts,
      NATS_URL: nats.url,
      DATABASE_URL: database.url,
      SECRET_KEY: randomBytes(32).toString('hex'),
      ...nodeVariables(ports),
      DATA_DIR: dataDir,
      FILES_BASE_URL: `http://127.0.0.1:${ports.nodeHttp}`,
      DM_GRPC_PORT: String(ports.dm),
      TIMEDJOB_GRPC_PORT: String(ports.timedjob),
      // Tests log in far more often than devices do.
      CONNECTS_PER_MINUTE_PER_DEVICE: '0',
      LOGIN_FAILURES_PER_MINUTE: '0',
      ...env,
    };
    const platform = new this({ etcd, nats, database, ports, dataDir, env: all, run });
    try {
      for (const app of apps) await platform.startApp(app);
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  /** Where the services and the node are, as variables: what dmctl reads. */
  get portVariables(): Record<string, string> {
    const { dm, timedjob } = this.ports;
    return { ...nodeVariables(this.ports), DM_GRPC_PORT: String(dm), TIMEDJOB_GRPC_PORT: String(timedjob) };
  }

  /** Starts one app and waits until it says that it is up. */
  async startApp(name: AppName, env: Readonly<Record<string, string>> = {}): Promise<SpawnedApp> {
    const app = this.spawn(name, env);
    await app.waitForLine(UP[name], UP_WITHIN_MS);
    return app;
  }

  /** Starts one app without waiting. */
  spawn(name: AppName, env: Readonly<Record<string, string>> = {}): SpawnedApp {
    const app = this.run(name, { ...this.env, ...env });
    this.apps.set(name, app);
    return app;
  }

  /** Starts a node beside the others, on ports of its own. */
  async startAnotherNode(env: Readonly<Record<string, string>> = {}): Promise<NodePorts> {
    const ports = await freeNodePorts();
    await this.startNode(ports, env);
    return ports;
  }

  /** Starts the node of these ports, or starts it again, and waits until it is up. */
  async startNode(ports: NodePorts, env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (ports === this.ports) return void (await this.startApp('protocol-aliyun-mqtt', env));
    const app = this.run('protocol-aliyun-mqtt', { ...this.env, ...nodeVariables(ports), ...env });
    this.moreNodes.set(ports, app);
    await app.waitForLine(UP['protocol-aliyun-mqtt'], UP_WITHIN_MS);
  }

  /** The node of these ports: `this.ports`, or those of another one. */
  node(ports: NodePorts): SpawnedApp {
    return this.moreNodes.get(ports) ?? this.app('protocol-aliyun-mqtt');
  }

  async stopNode(ports: NodePorts, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (ports === this.ports) return this.stopApp('protocol-aliyun-mqtt', signal);
    const app = this.node(ports);
    await app.stop(signal);
    this.pastOutput += app.output;
    this.moreNodes.delete(ports);
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
    const running = [...this.apps.values(), ...this.moreNodes.values()];
    return [this.pastOutput, ...running.map((app) => app.output)].join('');
  }

  /** Ends the apps, then the servers. */
  async stop(): Promise<void> {
    await this.stopApps();
    await Promise.all([this.etcd.stop(), this.nats.stop(), this.database.drop()]);
    removeFolder(this.dataDir);
  }

  /** Ends the nodes first: they say goodbye to the others. */
  protected async stopApps(): Promise<void> {
    await Promise.all([...this.moreNodes.keys()].map((ports) => this.stopNode(ports)));
    for (const name of ['protocol-aliyun-mqtt', 'timedjob-rpc', 'dm-rpc'] as const) {
      if (this.apps.has(name)) await this.stopApp(name);
    }
  }
}
