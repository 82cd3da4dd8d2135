/** What dm.rpc would know, as lists that a test changes, and dm.rpc's ways to fail. */
import { createHash } from 'node:crypto';
import type { Question, Reply } from '@alink/alink';
import type { CredentialsSource } from '../src/directory/credentials-source';
import {
  DirectoryUnavailable,
  type DeviceEntry,
  type DeviceRef,
  type DirectorySource,
  type ProductEntry,
  type TokenEntry,
} from '../src/directory/records';
import type { Answerer, Asker } from '../src/requests/requests';

export const PRODUCT_KEY = 'aliyun_test_01';
export const secretOf = (deviceName: string): string => `secret-of-${deviceName}`;

const away = async (): Promise<never> => {
  throw new DirectoryUnavailable('no dm.rpc here');
};

export class ListedDm implements DirectorySource, CredentialsSource, Answerer {
  product: ProductEntry | undefined = {
    productKey: PRODUCT_KEY,
    productID: PRODUCT_KEY,
    secret: 'productsecret01',
    enabled: true,
    autoRegister: 1,
    model: undefined,
  };
  /** Nobody can ask it. */
  away = false;
  /** Called with each name that it has just looked up: what happens there is not in the answer. */
  onLookUp: (deviceName: string) => Promise<void> | void = () => undefined;
  /** What was asked so far about sub-devices. */
  readonly asked: Question[] = [];
  /** Devices looked up so far. */
  lookUps = 0;
  /** What is not as it is by default; undefined: deleted. */
  private readonly changes = new Map<string, Partial<DeviceEntry> | undefined>();
  private readonly tokens = new Map<string, { deviceName: string; token: TokenEntry }>();

  registerDevice: CredentialsSource['registerDevice'] = away;
  readonly issueDeviceToken = away;
  readonly issueIotToken = away;
  readonly certificateStep = 'register it (dmctl cert add), or its CA for the product';

  /** Answers what is asked about the topology alone. */
  async ask(question: Question, { productID, deviceName }: Asker): Promise<Reply> {
    if (this.away || !('devices' in question)) return away();
    this.asked.push(question);
    const names = question.devices.map((device) => device.deviceName);
    const isOwn = (name: string): boolean => this.device(name)?.gateway?.deviceName === deviceName;
    switch (question.kind) {
      case 'topology.bind':
        for (const name of names) this.change(name, { gateway: { productID, deviceName } });
        return { code: 200 };
      case 'topology.delete':
      case 'topology.unregister':
        if (!names.every(isOwn)) return { code: 6401 };
        for (const name of names) this.change(name, { gateway: undefined });
        return { code: 200 };
      case 'topology.register': {
        const registered = question.devices.map((device) => ({
          productKey: device.productKey,
          deviceName: device.deviceName,
          iotId: `iot-${device.deviceName}`,
          deviceSecret: secretOf(device.deviceName),
        }));
        return { code: 200, data: { registered, refused: [] } };
      }
      default:
        return away();
    }
  }

  change(deviceName: string, change: Partial<DeviceEntry>): void {
    this.changes.set(deviceName, { ...this.changes.get(deviceName), ...change });
  }

  delete(deviceName: string): void {
    this.changes.set(deviceName, undefined);
  }

  /** Lets the device in with that iotId and iotToken. */
  issue(deviceName: string, iotId: string, iotToken: string): void {
    const salt = Buffer.from('salt');
    const hash = createHash('sha256').update(salt).update(iotToken).digest();
    this.tokens.set(iotId, { deviceName, token: { id: iotId, salt, hash, expiresAt: 0 } });
  }

  revoke(iotId: string): void {
    this.tokens.delete(iotId);
  }

  async resolve(refs: readonly DeviceRef[]): Promise<{ devices: DeviceEntry[]; products: ProductEntry[] }> {
    if (this.away) return away();
    this.lookUps += refs.length;
    const devices = refs.flatMap(({ deviceName }) => this.device(deviceName) ?? []);
    const products = this.product ? [this.product] : [];
    for (const { deviceName } of refs) await this.onLookUp(deviceName);
    return { products, devices };
  }

  async register(): Promise<void> {
    await away();
  }

  async deviceToken({ tokens }: DeviceEntry, clientId: string): Promise<TokenEntry | undefined> {
    return tokens.find(({ id }) => id === clientId);
  }

  async readIotToken(iotId: string): Promise<(DeviceRef & { token: TokenEntry }) | undefined> {
    if (this.away) return away();
    const issued = this.tokens.get(iotId);
    return issued && { productKey: PRODUCT_KEY, ...issued };
  }

  resolveCertificate: CredentialsSource['resolveCertificate'] = async () => {
    if (this.away) return away();
    return undefined;
  };

  /** Every device whose name begins with `dev` exists; those of `dev-sub` are attached to `dev-gateway`. */
  private device(deviceName: string): DeviceEntry | undefined {
    const deleted = this.changes.has(deviceName) && this.changes.get(deviceName) === undefined;
    if (deleted || !this.product || !deviceName.startsWith('dev')) return undefined;
    return {
      productKey: PRODUCT_KEY,
      productID: PRODUCT_KEY,
      deviceName,
      secret: secretOf(deviceName),
      enabled: true,
      registration: 'operator',
      lastClientId: '',
      resetAt: 0,
      tokens: [],
      ...(deviceName.startsWith('dev-sub') && { gateway: { productID: PRODUCT_KEY, deviceName: 'dev-gateway' } }),
      ...this.changes.get(deviceName),
    };
  }
}
