/**
 * The way of devices through this node, from a connection to the bus and back: every part of it, wired once. What it asks
 * dm.rpc comes from sources that are given, so that it runs without dm.rpc as well.
 */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DownlinkMessage } from '@alink/alink';
import type { Bus, Subscription } from '@alink/bus';
import { type Clock, type Logger, type Metrics, monotonicClock, systemClock } from '@alink/runtime';
import { startAedes } from './brokers/aedes/aedes-broker';
import type { NodeConfig } from './config';
import { Admission } from './connect/admission';
import { Connections } from './connection/connections';
import type { CredentialsSource } from './directory/credentials-source';
import { DeviceDirectory } from './directory/device-directory';
import type { DirectorySource } from './directory/records';
import type { MakeDmSide } from './dm-side';
import { Broadcasts } from './downlink/broadcasts';
import { SubDeviceLife } from './downlink/sub-device-life';
import { addressKey } from './guard/address-key';
import type { GuardConfig } from './guard/config';
import { Guard } from './guard/guard';
import { Journal, type Activity } from './journal';
import type { Broker } from './link/broker';
import { createMessagePath } from './message-path';
import { createNodeMetrics } from './metrics';
import { createGatewayAnswers } from './requests/create-gateway-answers';
import { DeviceChanges } from './session/device-changes';
import { OtherNodes } from './session/other-nodes';
import { Presence } from './session/presence';
import type { Session } from './session/session';
import { SessionLife } from './session/session-life';
import { SessionTable } from './session/session-table';
import type { DevicePortsConfig } from './transport/config';
import { openDevicePorts, type DevicePorts } from './transport/device-ports';

export type DevicePathConfig = DevicePortsConfig &
  GuardConfig &
  Pick<
    NodeConfig,
    | 'CLOUD_PUBLISHER'
    | 'ALLOW_PLAIN_REGISTRATION'
    | 'ALLOW_WEAK_CERTIFICATES'
    | 'REPORT_SHARDS'
    | 'FOREIGN_READERS'
    | 'UNASKED_REPLIES'
    | 'FILES_BASE_URL'
  >;

export interface DevicePathOptions {
  readonly config: DevicePathConfig;
  readonly bus: Bus;
  readonly source: DirectorySource;
  readonly credentials: CredentialsSource;
  /** Who keeps, answers and commands. */
  readonly dmSide: MakeDmSide;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Hears of each thing that happens to a device. */
  readonly onActivity?: (activity: Activity) => void;
  /** The time of day (default: the system's). */
  readonly clock?: Clock;
  /** What limits are counted by (default: one that nobody sets). */
  readonly guardClock?: Clock;
}

/** Every part, and who needs whom. Nothing runs yet. */
const wire = (options: DevicePathOptions) => {
  const { config, bus, source, credentials, metrics, log, onActivity, clock = systemClock, guardClock } = options;
  const steadyClock = guardClock ?? monotonicClock;
  const unaskedReplies = config.UNASKED_REPLIES;
  const nodeId = randomUUID();
  const sessions = new SessionTable();
  const dmSide = options.dmSide({ config, nodeId, sessions, bus, clock });
  const nodeMetrics = createNodeMetrics(metrics, () => sessions.size);
  const directory = new DeviceDirectory(source, clock);
  const productIdOf = (productKey: string): string | undefined => directory.product(productKey)?.productID;
  const find = async (productKey: string, deviceName: string): Promise<string | undefined> =>
    (await directory.find(productKey, deviceName)).device?.productID;
  const { keepsLines } = dmSide;
  const lines = { productIdOf, find, addressKey, onActivity, keepsLines };
  const journal = new Journal({ bus, log, clock, metrics: nodeMetrics, ...lines });

  const guard = new Guard({ config, clock: guardClock, log, journal, metrics, nodeMetrics });
  const unguarded = new Admission({
    directory,
    credentials,
    clock,
    connectRate: guard.connectRate,
    latestLogin: (productKey, deviceName) => sessions.latestLogin(productKey, deviceName),
    cloudPublisher: config.CLOUD_PUBLISHER,
    plainRegistration: config.ALLOW_PLAIN_REGISTRATION,
    weakCertificates: config.ALLOW_WEAK_CERTIFICATES,
  });
  const admission = guard.admission(unguarded);

  const tools = { bus, clock, log, journal, metrics: nodeMetrics };
  const presence = new Presence(dmSide.status, clock, log, nodeId);
  const others = new OtherNodes(bus, sessions, presence, directory, nodeId, log);
  const changes = new DeviceChanges(bus, directory, sessions, log);
  const listen = (session: Session): Subscription => messagePath.downlink.listen(session);
  const life = new SessionLife({ sessions, changes, presence, others, journal, clock, listen });
  const maxOnline = config.SUB_DEVICES_PER_GATEWAY;
  const gateways = createGatewayAnswers({ directory, changes, life, guard, dm: dmSide.answerer, journal, maxOnline });
  const messagePath = createMessagePath({ dmSide, gateways, directory, steadyClock, unaskedReplies, ...tools });
  const connections = new Connections({
    admission,
    unguarded,
    guard,
    sessions,
    changes,
    life,
    uplink: messagePath.uplink,
    directory,
    ...tools,
  });
  const broadcasts = new Broadcasts({ bus, sessions, nodeId, metrics: nodeMetrics, log });
  const send = (gateway: Session, request: DownlinkMessage): void => messagePath.downlink.send(gateway, request);
  const subDeviceLife = dmSide.tellsGateways ? undefined : new SubDeviceLife({ bus, directory, sessions, send, log });

  const { files } = dmSide;
  return {
    nodeId,
    sessions,
    directory,
    journal,
    guard,
    admission,
    presence,
    others,
    changes,
    life,
    gateways,
    connections,
    broadcasts,
    subDeviceLife,
    files,
  };
};

/** The device path as parts that are started and stopped; the ports are opened last and closed first. */
export const createDevicePath = (options: DevicePathOptions) => {
  const parts = wire(options);
  const { connections, guard, presence, others, changes, broadcasts, subDeviceLife } = parts;
  let broker: Broker | undefined;
  let ports: DevicePorts | undefined;

  return {
    ...parts,
    /** Clients that are let in now. */
    get clients(): number {
      return broker?.clients ?? 0;
    },
    /** Serves links, and hears of changes and of other nodes. */
    async start(): Promise<void> {
      broker = await startAedes(connections, options.log);
      others.start((session) => broker!.forget(session));
      changes.start();
      broadcasts.start();
      subDeviceLife?.start();
    },
    /** Lets what has been told be kept. */
    async stop(): Promise<void> {
      await presence.stop();
      others.stop();
      changes.stop();
      broadcasts.stop();
      subDeviceLife?.stop();
    },
    /**
     * Lets devices in.
     * @param http takes connections on which HTTP is spoken
     * @throws {StartError} when a port is taken, or a certificate cannot be used
     */
    async openPorts(http: (conn: Duplex) => void): Promise<DevicePorts> {
      const mqtt = (conn: Duplex): void => {
        guard.paceReads(conn);
        broker!.accept(conn);
      };
      const strayed: Connections['strayed'] = (peer, fault) => connections.strayed(peer, fault);
      return (ports = await openDevicePorts(options.config, { mqtt, http, strayed }, guard.queues, options.log));
    },
    /** Ends every session with its presence told, and closes the ports. */
    async closePorts(): Promise<void> {
      await ports?.stop(async () => {
        await connections.stop();
        await broker!.stop();
      });
    },
  };
};
export type DevicePath = ReturnType<typeof createDevicePath>;
