/** dm.DeviceManage: devices (unitedrhino, things: devicemanage). */
import { randomBytes } from 'node:crypto';
import { RhinoError } from '../wire/rhino-error';
import type { DmMessage } from '../wire/messages';
import type { Methods } from '../wire/rpc-server';
import { requireAdmin, requireUser, type RhinoUser } from '../wire/user-context';
import type { DmContext } from './context';
import { deviceInfo } from './device-info';
import { OFFLINE, ONLINE } from './presence';
import { DeviceType, type Device, type DeviceRef, type DmState } from './state';

type User = RhinoUser | undefined;
type DeviceInfo = DmMessage<'DeviceInfo'>;

const INACTIVE = 1;

/** @throws {RhinoError} 100006 */
const checkName = (deviceName: string): void => {
  if (/^[a-zA-Z0-9-_]+$/.test(deviceName)) return;
  throw new RhinoError(100006, [], '参数错误:设备ID支持英文、数字、-,_ 的组合，最多不超过48个字符');
};

const newDevice = (state: DmState, request: DeviceInfo): Device => {
  const { productID, deviceName, secret, deviceAlias, tags, protocolConf } = request;
  const product = state.products.get(productID);
  if (!product) throw new RhinoError(100006, [`not find product id:${productID}`]);
  const id = state.nextId();
  return {
    id,
    productID,
    deviceName,
    secret: secret || randomBytes(20).toString('base64'),
    deviceAlias: deviceAlias?.value || `${product.productName}${id % 100}`,
    tags,
    protocolConf,
    isEnable: Number(request.isEnable) || 1,
    isOnline: OFFLINE,
    status: INACTIVE,
    logLevel: 1,
    firstLogin: 0,
    lastLogin: 0,
    lastOffline: 0,
    lastIp: '',
    version: '',
    mac: '',
    imei: '',
    hardInfo: '',
    softInfo: '',
    createdTime: Date.now(),
  };
};

/** What anybody may change, and what only an administrator may. There is no way to another secret. */
export const changeDevice = (device: Device, change: Partial<DeviceInfo>, user: RhinoUser): void => {
  const { tags, deviceAlias, mac, imei, hardInfo, softInfo } = change;
  if (tags) device.tags = tags;
  if (deviceAlias) device.deviceAlias = deviceAlias.value;
  Object.assign(device, mac && { mac }, imei && { imei }, hardInfo && { hardInfo }, softInfo && { softInfo });
  if (!user.IsAdmin) return;
  const { protocolConf, version, isEnable = '0', logLevel = '0', isOnline = '0' } = change;
  if (protocolConf) device.protocolConf = protocolConf;
  if (version) device.version = version.value;
  if (isEnable !== '0') device.isEnable = Number(isEnable);
  if (logLevel !== '0') device.logLevel = Number(logLevel);
  if (isOnline !== '0') changeOnline(device, Number(isOnline));
};

/** On the wire an empty map and an absent one are the same: it is left as it is. */
const unlessEmpty = <T extends object>(map: T): T | undefined => (Object.keys(map).length > 0 ? map : undefined);

const changeOnline = (device: Device, isOnline: number): void => {
  device.isOnline = isOnline;
  device.status = isOnline + 1;
  if (isOnline !== ONLINE) return;
  device.lastLogin = Date.now();
  device.firstLogin ||= device.lastLogin;
};

/** The device, else one of that name in any product. */
const readDevice = (state: DmState, { productID, deviceName }: DeviceRef): Device => {
  const exact = state.device({ productID, deviceName });
  const found = exact ?? [...state.devices.values()].find((device) => device.deviceName === deviceName);
  if (!found) throw new RhinoError(100009);
  return found;
};

/** With its gateway device; what is no sub-device by its product has none. */
const withGateway = (state: DmState, device: Device): object => {
  const isSubDevice = state.products.get(device.productID)?.deviceType === DeviceType.subDevice;
  const names = isSubDevice ? state.gatewayOf(device) : undefined;
  const gateway = names && state.device(names);
  return { ...deviceInfo(state, device), ...(gateway && { Gateway: deviceInfo(state, gateway) }) };
};

const matches = (device: Device, request: DmMessage<'DeviceInfoIndexReq'>): boolean => {
  const { productID, productIDs, deviceName, deviceNames, devices, isOnline, status } = request;
  return (
    (!productID || device.productID === productID) &&
    (productIDs.length === 0 || productIDs.includes(device.productID)) &&
    device.deviceName.includes(deviceName) &&
    (deviceNames.length === 0 || deviceNames.includes(device.deviceName)) &&
    (devices.length === 0 ||
      devices.some((one) => one.productID === device.productID && one.deviceName === device.deviceName)) &&
    (isOnline === '0' || device.isOnline === Number(isOnline)) &&
    (status === '0' || device.status === Number(status))
  );
};

/** A page of a list; all of it where none is asked for. */
export const pageOf = <T>(list: readonly T[], page: DmMessage<'PageInfo'> | null): T[] => {
  const size = Number(page?.size ?? 0);
  if (size === 0) return [...list];
  const from = (Math.max(1, Number(page?.page ?? 1)) - 1) * size;
  return list.slice(from, from + size);
};

export const deviceMethods = ({ state, notices, presence }: DmContext): Methods[string] => ({
  deviceInfoCreate: async (request: DeviceInfo, user: User) => {
    requireAdmin(user);
    const named = [...state.products.values()].find((product) => product.productName === request.productName);
    const productID = request.productID || named?.productID || '';
    const { deviceName } = request;
    checkName(deviceName);
    if (state.device({ productID, deviceName })) {
      throw new RhinoError(100010, [`DeviceName:${deviceName}`], `设备ID重复:${deviceName}`);
    }
    const device = newDevice(state, { ...request, productID });
    if (request.isOnline !== '0') changeOnline(device, Number(request.isOnline));
    state.devices.set(`${productID}/${deviceName}`, device);
    await notices.deviceStale(device);
    await notices.device(device, 'create');
    return {};
  },

  deviceInfoUpdate: async (request: DeviceInfo, user: User) => {
    const caller = requireUser(user);
    const device = state.device(request);
    const { productID, deviceName } = request;
    if (!device) {
      throw new RhinoError(100009, [`not find device productID=${productID} deviceName=${deviceName}`]);
    }
    const { tags, protocolConf, ...rest } = request;
    changeDevice(device, { ...rest, tags: unlessEmpty(tags), protocolConf: unlessEmpty(protocolConf) }, caller);
    await notices.deviceStale(device);
    await notices.device(device, 'update');
    return {};
  },

  deviceInfoDelete: async (request: DmMessage<'DeviceInfoDeleteReq'>, user: User) => {
    requireAdmin(user);
    const { productID, deviceName } = request;
    if (!state.device(request)) {
      throw new RhinoError(100006, [`not find device productId=${productID} deviceName=${deviceName}`]);
    }
    state.forget(request);
    await notices.deviceStale(request);
    await notices.device(request, 'delete');
    return {};
  },

  deviceInfoRead: (request: DmMessage<'DeviceInfoReadReq'>, user: User) => {
    // Devices of projects that the user has no right in are not there for him.
    if (!requireUser(user).IsAdmin) throw new RhinoError(100009);
    const device = readDevice(state, request);
    return request.withGateway ? withGateway(state, device) : deviceInfo(state, device);
  },

  deviceInfoIndex: (request: DmMessage<'DeviceInfoIndexReq'>) => {
    const list = [...state.devices.values()].filter((device) => matches(device, request));
    list.sort((a, b) => a.isOnline - b.isOnline || b.createdTime - a.createdTime);
    const told = request.withGateway ? withGateway : deviceInfo;
    return { list: pageOf(list, request.page).map((device) => told(state, device)), total: list.length };
  },

  /** On PostgreSQL it finds none of its groups again. */
  deviceInfoCount: () => ({ total: state.devices.size, unknown: state.devices.size }),

  /** Answers at once, and does it then. */
  deviceOnlineMultiFix: ({ devices }: DmMessage<'deviceOnlineMultiFixReq'>) => {
    const changes = devices.flatMap(({ device, isOnline, connectAt }) =>
      device
        ? [
            {
              device,
              isOnline: isOnline !== String(OFFLINE),
              timestamp: Number(connectAt) || Date.now(),
              reason: 'fix',
            },
          ]
        : [],
    );
    void presence.take(changes);
    return {};
  },

  /** The thing model of one device: its own definitions, of which nobody makes any here, with the product's or without. */
  deviceSchemaTslRead: (request: DeviceRef & { readonly withProductSchema: boolean }) => {
    const model = request.withProductSchema ? state.products.get(request.productID)?.model : undefined;
    return { tsl: model?.text(request.productID) ?? JSON.stringify({ profile: { productID: request.productID } }) };
  },
});
