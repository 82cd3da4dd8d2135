/** All that unitedrhino's dm would have in its databases, in memory. */
import type { RhinoModel } from './rhino-model';

export interface DeviceRef {
  readonly productID: string;
  readonly deviceName: string;
}

/** `deviceType` of products. */
export const DeviceType = { device: 1, gateway: 2, subDevice: 3 } as const;

/** A product: members as `ProductInfo` has them, int64 as a number. */
export interface Product {
  readonly productID: string;
  productName: string;
  readonly secret: string;
  protocolCode: string;
  protocolConf: Record<string, string>;
  authMode: number;
  autoRegister: number;
  deviceType: number;
  netType: number;
  status: number;
  /** 1 sub-devices go offline with their gateway device, 2 they stay as they are. */
  subDeviceOnlineHandle: number;
  readonly createdTime: number;
  model: RhinoModel;
}

/** A device: members as `DeviceInfo` has them; times in Unix milliseconds, 0 = never. */
export interface Device extends DeviceRef {
  readonly id: number;
  readonly secret: string;
  deviceAlias: string;
  tags: Record<string, string>;
  protocolConf: Record<string, string>;
  isEnable: number;
  isOnline: number;
  status: number;
  logLevel: number;
  firstLogin: number;
  lastLogin: number;
  lastOffline: number;
  lastIp: string;
  version: string;
  mac: string;
  imei: string;
  hardInfo: string;
  softInfo: string;
  readonly createdTime: number;
}

export interface PropertyRow {
  readonly dataID: string;
  readonly value: unknown;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

export interface EventRow {
  readonly dataID: string;
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

export interface HubRow {
  readonly action: string;
  readonly requestID: string;
  readonly topic: string;
  readonly content: string;
  readonly resultCode: number;
  readonly respPayload: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

export interface StatusRow {
  /** 1 connected, 2 disconnected. */
  readonly status: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/** A value that waits for a device ("device shadow"). */
export interface ShadowValue {
  readonly value: unknown;
  /** Unix milliseconds at which the device asked for it and got it; undefined until then. */
  readonly deliveredAt?: number;
}

/** What is kept of one device's messages. */
export class DeviceData {
  readonly latest = new Map<string, PropertyRow>();
  readonly properties: PropertyRow[] = [];
  readonly events: EventRow[] = [];
  readonly hub: HubRow[] = [];
  readonly statuses: StatusRow[] = [];
  /** Lines of the device's own log. */
  readonly sdkLog: { readonly content: string; readonly loglevel: number; readonly timestamp: number }[] = [];
  /** Values that wait for the device. */
  readonly shadow = new Map<string, ShadowValue>();
  /** Notes of whoever wants to keep something with the device: code → text. */
  readonly profiles = new Map<string, string>();
}

export interface Protocol {
  readonly id: number;
  readonly code: string;
  readonly type: string;
  readonly transProtocol: string;
  name: string;
  desc: string;
  etcdKey: string;
  endpoints: readonly string[];
  configInfos: readonly { readonly config: Readonly<Record<string, string>> }[];
}

export interface ProtocolService {
  readonly id: number;
  readonly code: string;
  readonly ip: string;
  readonly port: number;
  status: number;
  updatedTime: number;
}

/** What a product's devices are configured with. */
export interface Config {
  readonly id: number;
  /** JSON. */
  readonly content: string;
  /** Unix milliseconds. */
  readonly createdTime: number;
}

/** A sub-device, and a gateway device that may speak for it. */
export interface Attachment {
  readonly gateway: DeviceRef;
  readonly subDevice: DeviceRef;
}

/** What a gateway device has seen last. */
export interface Found {
  readonly devices: readonly DeviceRef[];
  /** Unix milliseconds. */
  readonly at: number;
}

export const isSame = (one: DeviceRef, other: DeviceRef): boolean =>
  one.productID === other.productID && one.deviceName === other.deviceName;

export const keyOf = ({ productID, deviceName }: DeviceRef): string => `${productID}/${deviceName}`;

export class DmState {
  readonly products = new Map<string, Product>();
  readonly devices = new Map<string, Device>();
  readonly protocols: Protocol[] = [];
  readonly protocolServices: ProtocolService[] = [];
  /** Each product's remote configuration. */
  readonly configs = new Map<string, Config>();
  /** Which devices are attached to which, in the order in which they were. */
  attachments: readonly Attachment[] = [];
  /** By the key of the gateway device. */
  readonly found = new Map<string, Found>();
  private readonly data = new Map<string, DeviceData>();
  private lastId = 0;

  nextId(): number {
    return ++this.lastId;
  }

  device(ref: DeviceRef): Device | undefined {
    return this.devices.get(keyOf(ref));
  }

  /** The gateway device that it is attached to: the first, should there be several. */
  gatewayOf(subDevice: DeviceRef): DeviceRef | undefined {
    return this.attachments.find((one) => isSame(one.subDevice, subDevice))?.gateway;
  }

  subDevicesOf(gateway: DeviceRef): DeviceRef[] {
    return this.attachments.filter((one) => isSame(one.gateway, gateway)).map(({ subDevice }) => subDevice);
  }

  dataOf(ref: DeviceRef): DeviceData {
    const key = keyOf(ref);
    const kept = this.data.get(key) ?? new DeviceData();
    this.data.set(key, kept);
    return kept;
  }

  forget(ref: DeviceRef): void {
    this.devices.delete(keyOf(ref));
    this.data.delete(keyOf(ref));
    this.attachments = this.attachments.filter((one) => !isSame(one.gateway, ref) && !isSame(one.subDevice, ref));
  }
}
