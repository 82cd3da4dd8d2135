/** Which devices are attached to which gateway device, and by what rules (unitedrhino, things: devicemanage). */
import { createHmac } from 'node:crypto';
import type { RhinoBus } from '../bus/rhino-bus';
import { RhinoError } from '../wire/rhino-error';
import { publishToDevice } from './downlink';
import type { Notices } from './notices';
import type { PendingRequests } from './pending';
import type { Presence } from './presence';
import { DeviceType, isSame, type DeviceRef, type DmState } from './state';

export interface Signature {
  readonly signature: string;
  readonly random: string | number;
  /** Seconds. */
  readonly timestamp: string | number;
  readonly signMethod: string;
}

export interface Candidate extends DeviceRef {
  readonly sign?: Signature | null;
}

/** `status` of the message that tells a gateway device of a change. */
export const TopologyChange = { attached: 1, detached: 2 } as const;

const METHODS: Readonly<Record<string, string>> = { hmacsha1: 'sha1', hmacsha256: 'sha256' };

const coreOf = ({ productID, deviceName }: DeviceRef): DeviceRef => ({ productID, deviceName });

/** The devices of a message to a gateway device; its struct never leaves the alias out. */
export const toldDevices = (devices: readonly DeviceRef[]): object[] =>
  devices.map((device) => ({ ...coreOf(device), deviceAlias: '' }));

/** @throws {RhinoError} 1000004 where it is not that of the device's secret */
const checkSignature = ({ productID, deviceName }: DeviceRef, secret: string, sign: Signature): void => {
  const { signature, random, timestamp, signMethod } = sign;
  const method = METHODS[signMethod];
  if (!method) throw new RhinoError(100006, [`password not support encrypt method:${signMethod}`]);
  const content = [productID, deviceName, random, timestamp].join(';');
  const expected = createHmac(method, Buffer.from(secret, 'base64')).update(content).digest('hex');
  if (signature !== expected) throw new RhinoError(1000004);
};

export interface TopologyParts {
  readonly state: DmState;
  readonly bus: RhinoBus;
  readonly notices: Notices;
  readonly presence: Presence;
  readonly pending: PendingRequests;
}

export class Topology {
  constructor(private readonly parts: TopologyParts) {}

  /**
   * Attaches those of them that are attached to none; the others are passed over without a word, and so is whether a device
   * exists. Whether the gateway device hears of it is up to the caller.
   * @throws {RhinoError}
   */
  async attach(gateway: DeviceRef, candidates: readonly Candidate[], isSigned: boolean): Promise<DeviceRef[]> {
    const { state, notices } = this.parts;
    if (!state.products.has(gateway.productID) || !state.device(gateway)) throw new RhinoError(100009);
    const devices = this.attachable(gateway, candidates);
    if (devices.length === 0) return [];
    if (isSigned) for (const candidate of candidates) this.checkSign(candidate);
    this.insert(gateway, devices);
    for (const device of devices.filter((one) => state.device(one))) {
      await notices.deviceStale(device);
      await this.tellProject(device);
    }
    return devices;
  }

  /** Takes them to be attached besides those that are; whether they are elsewhere it does not ask. */
  insert(gateway: DeviceRef, devices: readonly DeviceRef[]): void {
    const { state } = this.parts;
    const added = devices.filter(
      (device) => !state.attachments.some((one) => isSame(one.gateway, gateway) && isSame(one.subDevice, device)),
    );
    const rows = added.map((device) => ({ gateway: coreOf(gateway), subDevice: coreOf(device) }));
    state.attachments = [...state.attachments, ...rows];
  }

  /** @throws {RhinoError} 100012 unless all are attached to it */
  async detach(gateway: DeviceRef, devices: readonly DeviceRef[]): Promise<void> {
    const { state, notices, presence } = this.parts;
    if (!state.products.has(gateway.productID)) throw new RhinoError(100009);
    const known = state.subDevicesOf(gateway);
    // No list means all of them; one that is named twice counts for two.
    const attached = devices.length > 0 ? known.filter((one) => devices.some((device) => isSame(one, device))) : known;
    if (attached.length !== devices.length) throw new RhinoError(100012, [], '权限不足:有子设备未挂载到该网关下');
    for (const device of devices) {
      await notices.deviceStale(device);
      await notices.device(device, 'update');
    }
    state.attachments = state.attachments.filter(
      (one) => !isSame(one.gateway, gateway) || !devices.some((device) => isSame(one.subDevice, device)),
    );
    const reason = 'gateway unbind';
    await presence.take(devices.map((device) => ({ device, isOnline: false, timestamp: Date.now(), reason })));
  }

  /**
   * Those that may be attached: no one else has them.
   * @throws {RhinoError} where a product is of the wrong type
   */
  attachable(gateway: DeviceRef, devices: readonly DeviceRef[]): DeviceRef[] {
    const { state } = this.parts;
    const product = state.products.get(gateway.productID);
    if (product?.deviceType !== DeviceType.gateway) {
      throw new RhinoError(100006, [], '参数错误:子设备只能由网关设备进行绑定');
    }
    const products = [...new Set(devices.map(({ productID }) => productID))].map((one) => state.products.get(one));
    if (products.includes(undefined)) throw new RhinoError(100006, ['有设备的产品不存在']);
    if (products.some((one) => one?.deviceType !== DeviceType.subDevice)) {
      throw new RhinoError(100006, [], '参数错误:网关只能绑定子设备类型');
    }
    return devices.filter((device) => !state.gatewayOf(device)).map(coreOf);
  }

  /** Tells a gateway device what has become of its sub-devices. */
  async tellChange(gateway: DeviceRef, status: number, devices: readonly DeviceRef[]): Promise<void> {
    const msgToken = this.parts.pending.newToken();
    await this.send(gateway, 'gateway', 'topo', {
      method: 'change',
      msgToken,
      code: 200,
      payload: { status, devices: toldDevices(devices) },
    });
  }

  /** @throws {RhinoError} */
  private checkSign({ sign, ...device }: Candidate): void {
    const found = this.parts.state.device(device);
    if (!found) {
      const message = '参数错误:只有子设备开启自动注册及绑定级别不为强绑定才可自动创建';
      throw new RhinoError(100006, ['未查询到'], message);
    }
    if (!sign) throw new RhinoError(100006, [], '参数错误:没有填写签名信息');
    checkSignature(device, found.secret, sign);
  }

  /** A device that is attached comes into the project of its gateway device, which it hears. */
  private async tellProject(device: DeviceRef): Promise<void> {
    const { pending } = this.parts;
    const body = { method: 'bindChange', msgToken: pending.newToken(), code: 200, params: { projectID: '3' } };
    await this.send(device, 'thing', 'service', body);
  }

  private send({ productID, deviceName }: DeviceRef, handle: string, type: string, body: object): Promise<void> {
    const protocolCode = this.parts.state.products.get(productID)?.protocolCode ?? '';
    return publishToDevice(this.parts.bus, { productID, deviceName, handle, type, body, protocolCode });
  }
}
