/** What gateway devices say of their sub-devices: `device.up.gateway.>` (unitedrhino, things: deviceMsgEvent). */
import type { ReadPublish } from '../caller/device-publish';
import { GoStruct } from '../caller/go-json';
import { RhinoError } from '../wire/rhino-error';
import { ROOT_USER, type RhinoUser } from '../wire/user-context';
import type { Presence } from './presence';
import { isSame, type DeviceRef, type DmState } from './state';
import { toldDevices, type Candidate, type Topology } from './topology';

/** Its method `deviceInfoCreate`. @throws {RhinoError} */
export type CreateDevice = (device: object, user: RhinoUser) => Promise<unknown>;

export interface GatewayUplinkParts {
  readonly state: DmState;
  readonly presence: Presence;
  readonly topology: Topology;
  readonly createDevice: CreateDevice;
}

/** What is told: a code, whose words are told where they are wanted, and the devices. */
export interface GatewayOutcome {
  readonly failure?: RhinoError;
  readonly payload?: object;
}

/** From which `autoRegister` on devices that are not there are made. */
const MAKES_DEVICES = 3;

/** What its register says of one device: the bare key of the text. */
const KEYS: Readonly<Record<number, string>> = {
  200: 'error.sys.success',
  2000005: 'error.device.deviceAlreadyBound',
};

/** What a device has of which nothing is said. */
const NEW = {
  productName: '',
  secret: '',
  deviceAlias: null,
  tags: {},
  protocolConf: {},
  isEnable: '0',
  isOnline: '0',
};

const devicesOf = (message: GoStruct): Candidate[] =>
  message
    .struct('payload', 'GatewayPayload')
    .structs('devices', 'Device')
    .map((device) => ({
      productID: device.text('productID'),
      deviceName: device.text('deviceName'),
      sign: {
        signature: device.text('signature'),
        random: device.int('random'),
        timestamp: device.int('timestamp'),
        signMethod: device.text('signMethod'),
      },
    }));

export class GatewayUplinks {
  constructor(private readonly parts: GatewayUplinkParts) {}

  /** @returns undefined for what is answered with nothing: a body that is null @throws what ends its handler in a panic */
  async take(publish: ReadPublish): Promise<GatewayOutcome | undefined> {
    const message = GoStruct.parse(publish.payload.toString('utf8'), 'Msg');
    const method = message.text('method');
    const flow = this.flows[`${publish.type}/${method}`] ?? (publish.type === 'status' ? this.notSupported : undefined);
    if (!flow) return undefined;
    if (!message.has('payload') && NEEDS_PAYLOAD.has(method)) {
      throw new RhinoError(100007, ['panic: runtime error: invalid memory address or nil pointer dereference']);
    }
    const { productID, deviceName } = publish;
    try {
      return await flow({ productID, deviceName }, devicesOf(message));
    } catch (error) {
      return { failure: RhinoError.from(error) };
    }
  }

  private readonly flows: Readonly<
    Record<string, (gateway: DeviceRef, devices: readonly Candidate[]) => Promise<GatewayOutcome>>
  > = {
    'topo/register': async (gateway, devices) => this.register(gateway, devices),
    'topo/bind': async (gateway, devices) => {
      for (const { productID, deviceName, sign } of devices) {
        if (sign?.signature && sign.signMethod) continue;
        throw new RhinoError(100006, [], `参数错误:产品ID为:${productID},设备名为:${deviceName} 的设备没有填写签名`);
      }
      await this.parts.topology.attach(gateway, devices, true);
      return { payload: { devices: toldDevices(devices) } };
    },
    'topo/unbind': async (gateway, devices) => {
      await this.parts.topology.detach(gateway, devices);
      return { payload: { devices: toldDevices(devices) } };
    },
    'topo/found': async (gateway, devices) => {
      const found = this.parts.topology.attachable(gateway, devices);
      this.parts.state.found.set(`${gateway.productID}/${gateway.deviceName}`, { devices: found, at: Date.now() });
      return {};
    },
    'topo/getTopo': async (gateway) => {
      const devices = toldDevices(this.parts.state.subDevicesOf(gateway)).map((device) => ({ ...device, code: 200 }));
      return { payload: devices.length > 0 ? { devices } : {} };
    },
    'status/online': async (gateway, devices) => this.status(gateway, devices, true),
    'status/offline': async (gateway, devices) => this.status(gateway, devices, false),
  };

  private readonly notSupported = async (
    _gateway: DeviceRef,
    devices: readonly DeviceRef[],
  ): Promise<GatewayOutcome> => {
    const told = devices.length > 0 ? { devices: toldDevices(devices) } : {};
    return { failure: new RhinoError(100006, [], '参数错误:method not support'), payload: told };
  };

  /** Each stands by itself; the code is that of the last one that was refused. */
  private async register(gateway: DeviceRef, devices: readonly DeviceRef[]): Promise<GatewayOutcome> {
    const { state, createDevice } = this.parts;
    const productIDs = [...new Set(devices.map(({ productID }) => productID))];
    const products = productIDs.map((productID) => state.products.get(productID));
    if (products.length === 0 || products.includes(undefined)) {
      throw new RhinoError(100006, [], '参数错误:有产品id不正确,请查验');
    }
    const closed = products.find((product) => product!.autoRegister < MAKES_DEVICES);
    if (closed) throw new RhinoError(100006, [], `参数错误:产品:${closed.productName} 未打开自动注册`);
    let failure: RhinoError | undefined;
    const told: object[] = [];
    for (const device of devices) {
      const refusal = await this.refusalOf(gateway, device, createDevice);
      failure = refusal ?? failure;
      const code = refusal?.code ?? 200;
      const deviceSecret = refusal ? undefined : state.device(device)!.secret;
      const named = { productID: device.productID, deviceName: device.deviceName, deviceAlias: '' };
      told.push({ ...named, deviceSecret, code, msg: KEYS[code] ?? refusal?.message });
    }
    return { failure, payload: { devices: told } };
  }

  private async refusalOf(
    gateway: DeviceRef,
    device: DeviceRef,
    create: CreateDevice,
  ): Promise<RhinoError | undefined> {
    const { state } = this.parts;
    try {
      if (!state.device(device)) await create({ ...NEW, ...device }, ROOT_USER);
    } catch (error) {
      return RhinoError.from(error);
    }
    const other = state.gatewayOf(device);
    return other && !isSame(other, gateway) ? new RhinoError(2000005) : undefined;
  }

  /** All that are attached to it become what it says, also where it names others besides. */
  private async status(gateway: DeviceRef, devices: readonly DeviceRef[], isOnline: boolean): Promise<GatewayOutcome> {
    const attached = this.parts.state.subDevicesOf(gateway);
    // Without a list it means all of them, and says that they are none of its.
    const meant = devices.length === 0 ? attached : attached.filter((one) => devices.some((it) => isSame(it, one)));
    const reason = 'gateway report';
    await this.parts.presence.take(meant.map((device) => ({ device, isOnline, timestamp: Date.now(), reason })));
    const failure = meant.length === devices.length ? undefined : new RhinoError(2000006);
    return { failure, payload: devices.length > 0 ? { devices: toldDevices(devices) } : {} };
  }
}

/** Where it takes the payload for granted. */
const NEEDS_PAYLOAD = new Set(['register', 'bind', 'unbind', 'found', 'online', 'offline']);
