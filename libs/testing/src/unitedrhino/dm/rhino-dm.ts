/**
 * A dm.rpc that behaves as unitedrhino's does: in memory, on real gRPC, etcd and NATS. It plays what our node, and tests of
 * it, meet; methods that it has not, among them all of ours (`alink.*`), are "unimplemented".
 */
import { RhinoBus, type BusMode } from '../bus/rhino-bus';
import { register } from '../wire/register';
import { startRhinoServer } from '../wire/rpc-server';
import { Applications } from './applications';
import { commandMethods } from './commands';
import type { DmContext } from './context';
import { messageMethods } from './device-messages';
import { deviceMethods } from './devices';
import { publishToDevice } from './downlink';
import { GatewayUplinks, type CreateDevice } from './gateway-uplinks';
import { gatewayCommands, gatewayMethods } from './gateways';
import { Notices } from './notices';
import { ONLINE_FIX_MS, OnlineFix } from './online-fix';
import { PendingRequests } from './pending';
import { Presence } from './presence';
import { productMethods } from './products';
import { profileMethods } from './profiles';
import { protocolMethods } from './protocols';
import { remoteConfigMethods } from './remote-configs';
import { Reports } from './reports';
import { DmState, type DeviceRef } from './state';
import { ThingUplinks } from './thing-uplinks';
import { Topology } from './topology';
import { Uplinks } from './uplinks';

export interface RhinoOptions {
  /** Address of etcd. */
  readonly etcd: string;
  /** URL of NATS. */
  readonly nats: string;
  /** Default `nats`. */
  readonly mode?: BusMode;
  /** Where its gRPC listens; by default the system chooses. */
  readonly port?: number;
  /** Milliseconds until a device that reports, and counts as offline, is online; by default as there. */
  readonly onlineFixMs?: number;
}

export interface RhinoDm {
  /** `127.0.0.1:<port>` of its gRPC. */
  readonly address: string;
  /** What it keeps: for what no method of its tells or sets. */
  readonly state: DmState;
  /** Messages of which it could take nothing, or not who sent them: an error line each in its log. */
  readonly complaints: readonly string[];
  /** Has the gateways of a protocol say who is online, as it does every ten minutes. */
  askForPresence(protocolCode: string): Promise<void>;
  /** Sends a device any message. */
  send(device: DeviceRef, handle: string, type: string, body: object): Promise<void>;
  stop(): Promise<void>;
}

export const startRhinoDm = async (options: RhinoOptions): Promise<RhinoDm> => {
  const { etcd, nats, mode = 'nats', port = 0, onlineFixMs = ONLINE_FIX_MS } = options;
  const bus = await RhinoBus.connect({ url: nats, mode, service: 'dm.rpc' });
  const state = new DmState();
  const notices = new Notices(bus);
  const applications = new Applications(bus);
  const presence = new Presence(state, notices, applications);
  const context: DmContext = { state, bus, notices, applications, presence };
  const pending = new PendingRequests();
  const reports = new Reports(state, applications);
  const thing = new ThingUplinks({ state, reports, applications, notices, pending });
  const onlineFix = new OnlineFix(state, presence, onlineFixMs);
  const topology = new Topology({ state, bus, notices, presence, pending });
  const devices = deviceMethods(context);
  const createDevice: CreateDevice = async (request, user) => devices['deviceInfoCreate']!(request as never, user);
  const gateways = new GatewayUplinks({ state, presence, topology, createDevice });
  await new Uplinks({ bus, state, presence, thing, gateways, onlineFix }).start();
  const methods = {
    ProductManage: productMethods(context),
    DeviceManage: { ...devices, ...profileMethods(context), ...gatewayMethods(context, topology) },
    DeviceMsg: messageMethods(context),
    DeviceInteract: { ...commandMethods(context, pending, reports), ...gatewayCommands(context, pending) },
    ProtocolManage: protocolMethods(context),
    RemoteConfig: remoteConfigMethods(context),
  };
  const server = await startRhinoServer('dm', methods, port);
  const address = `127.0.0.1:${server.port}`;
  const registered = await register(etcd, 'dm.rpc', address);
  return {
    address,
    state,
    complaints: bus.complaints,
    askForPresence: (protocolCode) => bus.publish(`device.down.${protocolCode}.status.fix`, ''),
    send: (device, handle, type, body) => {
      const protocolCode = state.products.get(device.productID)?.protocolCode ?? '';
      return publishToDevice(bus, { ...device, handle, type, body, protocolCode });
    },
    stop: async () => {
      onlineFix.stop();
      await registered.withdraw();
      await server.stop();
      await bus.close();
    },
  };
};
