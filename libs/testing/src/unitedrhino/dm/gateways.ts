/** dm.DeviceManage and dm.DeviceInteract: gateway devices (unitedrhino, things: deviceGateway*, gateway*Send). */
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import type { RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import { requireAccess } from './device-messages';
import { pageOf } from './devices';
import { askDevice } from './downlink';
import type { PendingRequests } from './pending';
import { requireOnline } from './presence';
import { DeviceType, isSame, type DeviceRef } from './state';
import { toldDevices, TopologyChange, type Topology } from './topology';

type User = RhinoUser | undefined;
type SaveRequest = DmMessage<'DeviceGatewayMultiSaveReq'>;

/** Milliseconds that a gateway device may take to answer. */
const ANSWER_MS = 10_000;

/** It takes it for granted. */
const required = (device: DeviceRef | null): DeviceRef => {
  if (!device)
    throw new RhinoError(100007, ['panic: runtime error: invalid memory address or nil pointer dereference']);
  return device;
};

export const gatewayMethods = ({ state }: DmContext, topology: Topology): Methods[string] => ({
  deviceGatewayMultiCreate: async (request: DmMessage<'DeviceGatewayMultiCreateReq'>) => {
    const gateway = required(request.gateway);
    const attached = await topology.attach(gateway, request.list, request.isAuthSign);
    if (attached.length > 0 && !request.isNotNotify) {
      await topology.tellChange(gateway, TopologyChange.attached, attached);
    }
    return {};
  },

  /** Adds, and takes none away; caches hear nothing of it. */
  deviceGatewayMultiUpdate: async ({ gateway: named, list, isNotNotify }: SaveRequest) => {
    const gateway = required(named);
    const product = state.products.get(gateway.productID);
    if (!product) throw new RhinoError(100006, [`not find GatewayProductID id:${gateway.productID}`]);
    if (product.deviceType !== DeviceType.gateway) {
      throw new RhinoError(100006, [], '参数错误:子设备只能由网关设备进行绑定');
    }
    const types = list.map(({ productID }) => state.products.get(productID)?.deviceType ?? DeviceType.subDevice);
    if (types.some((type) => type !== DeviceType.subDevice)) {
      throw new RhinoError(100006, [], '参数错误:网关只能绑定子设备类型');
    }
    topology.insert(gateway, list);
    if (!isNotNotify) await topology.tellChange(gateway, TopologyChange.attached, list);
    return {};
  },

  deviceGatewayMultiDelete: async ({ gateway: named, list, isNotNotify }: SaveRequest) => {
    const gateway = required(named);
    await topology.detach(gateway, list);
    if (!isNotNotify) await topology.tellChange(gateway, TopologyChange.detached, list);
    return {};
  },

  /** The sub-devices where a gateway device is named, else the gateway devices. */
  deviceGatewayIndex: ({ gateway, subDevice, page }: DmMessage<'DeviceGatewayIndexReq'>) => {
    const rows = state.attachments.filter(
      (one) => (!gateway || isSame(one.gateway, gateway)) && (!subDevice || isSame(one.subDevice, subDevice)),
    );
    const list = rows.map((one) => (gateway ? one.subDevice : one.gateway));
    return { list: pageOf(list, page), total: list.length };
  },
});

export const gatewayCommands = ({ state, bus }: DmContext, pending: PendingRequests): Methods[string] => {
  const ask = async (gateway: DeviceRef, user: User, method: string, more: object): Promise<object> => {
    requireAccess(user);
    requireOnline(state, gateway);
    const { productID, deviceName } = gateway;
    const msgToken = pending.newToken();
    const { protocolCode } = state.products.get(productID)!;
    const body = { method, msgToken, ...more };
    const downlink = { handle: 'gateway', type: 'topo', body, productID, deviceName, protocolCode };
    const { code, msg } = await askDevice(bus, downlink, msgToken, ANSWER_MS);
    if (code !== 200) throw new RhinoError(2000004, [], `设备回复错误:设备返回错误: msg:${msg} code:${code}`);
    return {};
  };
  return {
    gatewayGetFoundSend: (request: DmMessage<'GatewayGetFoundReq'>, user: User) => ask(request, user, 'getFound', {}),
    gatewayNotifyBindSend: ({ gateway, subDevices }: DmMessage<'GatewayNotifyBindSendReq'>, user: User) =>
      ask(required(gateway), user, 'notifyBind', { payload: { devices: toldDevices(subDevices) } }),
  };
};
