/** Credentials on unitedrhino's dm.rpc, with its own methods: what it has no place for is kept in its texts of devices. */
import { AutoRegister, Code, ProductStatus, YesNo } from '@alink/contract';
import { RpcError, type RpcChannel } from '@alink/rpc';
import type { Clock, Logger } from '@alink/runtime';
import {
  IOT_TOKEN_LIFETIME_MS,
  isDeviceIdentity,
  makeClientId,
  makeDeviceToken,
  makeIotToken,
  MAX_DEVICE_TOKENS,
  MAX_IOT_TOKENS,
  randomLettersAndDigits,
} from '@alink/signing';
import type {
  CredentialsSource,
  FetchedSecret,
  IssuedIotToken,
  IssuedPair,
  ProductNames,
  Registration,
} from '../credentials-source';
import { DeviceQueues } from '../device-queues';
import { orUnavailable } from '../dm-failure';
import {
  DirectoryUnavailable,
  NotServedByDm,
  SHARED_NAME,
  type DeviceEntry,
  type DeviceRef,
  type TokenEntry,
} from '../records';
import { Certificates, CERTIFICATE_TEXT } from './certificates';
import { Devices, registrationOf, type Device, type DeviceNames } from './devices';
import { IssuedTokens, isGivenFor } from './issued-tokens';
import { productKeyOf, Products } from './products';

type Refused = { readonly outcome: Exclude<Registration, 'registered'> };

/** Letters and digits that come before the names in an iotId. */
const IOT_ID_LENGTH = 16;

/**
 * An iotId holds whose it is, because texts are found by their device only: `{random}&{deviceName}&{productKey}`. With
 * usual names it has fewer than the 64 characters that the C SDK 3.x keeps.
 */
const readIotId = (iotId: string): (DeviceRef & { readonly id: string }) | undefined => {
  const [id = '', deviceName = '', productKey = '', ...more] = iotId.split('&');
  const ref = { productKey, deviceName };
  return more.length === 0 && id.length === IOT_ID_LENGTH && isDeviceIdentity(ref) ? { ...ref, id } : undefined;
};

export class UnitedrhinoCredentials implements CredentialsSource {
  readonly certificateStep =
    `keep its SHA-256 with the device (deviceProfileUpdate, code ${CERTIFICATE_TEXT}); ` +
    'unitedrhino’s dm.rpc has no place for the CAs of products';
  private readonly devices: Devices;
  private readonly products: Products;
  private readonly tokens: IssuedTokens;
  private readonly certificates: Certificates;
  private readonly queues = new DeviceQueues();

  constructor(
    dm: RpcChannel,
    private readonly clock: Clock,
    private readonly log: Logger,
    products = new Products(dm, log),
  ) {
    this.devices = new Devices(dm);
    this.products = products;
    this.tokens = new IssuedTokens(this.devices, clock);
    this.certificates = new Certificates(this.devices, clock);
  }

  registerDevice({ productID }: ProductNames, deviceName: string): Promise<FetchedSecret> {
    return served<FetchedSecret>(async () => {
      const refusal = await this.productRefusal(productID, AutoRegister.existing);
      if (refusal) return { ...refusal, deviceSecret: '' };
      const device = await this.devices.find({ productID, deviceName });
      if (!device) return { outcome: 'unknownDevice', deviceSecret: '' };
      if (isDisabled(device)) return { outcome: 'disabled', deviceSecret: '' };
      if (isActive(device)) return { outcome: 'alreadyActive', deviceSecret: '' };
      this.log.info({ productID, deviceName }, 'a device has fetched its DeviceSecret');
      return { outcome: 'registered', deviceSecret: device.secret };
    });
  }

  issueDeviceToken({ productID }: ProductNames, deviceName: string): Promise<IssuedPair> {
    const names = { productID, deviceName };
    const none = { clientId: '', deviceToken: '' };
    return this.oneByOne<IssuedPair>(names, async () => {
      const refusal = (await this.productRefusal(productID, AutoRegister.create)) ?? (await this.sharedName(names));
      if (refusal) return { ...refusal, ...none };
      const pair = { clientId: makeClientId(), deviceToken: makeDeviceToken(this.clock.now()) };
      if (!(await this.keepIfRoom(names, pair))) return { outcome: 'tooManyTokens', ...none };
      this.log.info({ ...names, clientId: pair.clientId }, 'a device has been given a deviceToken');
      return { outcome: 'registered', ...pair };
    });
  }

  deviceToken({ productID, deviceName }: DeviceEntry, clientId: string): Promise<TokenEntry | undefined> {
    return served(() => this.tokens.read({ productID, deviceName }, 'device', clientId));
  }

  issueIotToken({ productID, productKey }: ProductNames, deviceName: string): Promise<IssuedIotToken> {
    const names = { productID, deviceName };
    return this.oneByOne(names, async () => {
      const device = await this.devices.find(names);
      if (!device) throw new DirectoryUnavailable('dm.rpc does not know the device any more');
      await this.makeRoom(names);
      const [id, token] = [randomLettersAndDigits(IOT_ID_LENGTH), makeIotToken()];
      const expiresAtMs = this.clock.now() + IOT_TOKEN_LIFETIME_MS;
      await this.tokens.keep(names, { kind: 'iot', id, token, expiresAtMs, givenFor: device.secret });
      const iotId = `${id}&${deviceName}&${productKey}`;
      return { iotId, iotToken: token, expiresAt: Math.floor(expiresAtMs / 1000) };
    });
  }

  readIotToken(iotId: string): Promise<(DeviceRef & { token: TokenEntry }) | undefined> {
    return served(async () => {
      const issued = readIotId(iotId);
      const productID = issued && (await this.products.idOf(issued.productKey));
      if (!issued || productID === undefined) return undefined;
      const { productKey, deviceName, id } = issued;
      const names = { productID, deviceName };
      const [token, device] = await Promise.all([this.tokens.read(names, 'iot', id), this.devices.find(names)]);
      // It was given for a DeviceSecret and lets in for days: with the secret it goes.
      return token && device && isGivenFor(token, device.secret) ? { productKey, deviceName, token } : undefined;
    });
  }

  resolveCertificate([own]: readonly Buffer[], claimed: DeviceRef | undefined): Promise<DeviceRef | undefined> {
    return served(async () => {
      const productID = claimed && (await this.products.idOf(claimed.productKey));
      if (claimed && productID === undefined) return undefined;
      const names = claimed && { productID: productID!, deviceName: claimed.deviceName };
      const owner = await this.certificates.ownerOf(own, names);
      if (!owner) return undefined;
      if (claimed) return claimed;
      const product = await this.products.read(owner.productID);
      return product && { productKey: productKeyOf(product), deviceName: owner.deviceName };
    });
  }

  /** What is issued to one device is issued one after another, as far as this node issues it. */
  private oneByOne<T>({ productID, deviceName }: DeviceNames, work: () => Promise<T>): Promise<T> {
    return served(() => this.queues.run(`${productID}/${deviceName}`, work));
  }

  /** Why no device of the product may register; undefined when they may. */
  private async productRefusal(productID: string, needs: number): Promise<Refused | undefined> {
    const product = await this.products.read(productID);
    if (!product || Number(product.autoRegister) < needs) return { outcome: 'off' };
    return Number(product.status) === ProductStatus.disabled ? { outcome: 'disabled' } : undefined;
  }

  /**
   * Creates the device where it is missing.
   * @returns why no unit may take its name: an active device that was made in another way is no name for others
   */
  private async sharedName(names: DeviceNames): Promise<Refused | undefined> {
    let device = await this.devices.find(names);
    if (!device) {
      await this.devices.create(names, SHARED_NAME);
      device = await this.devices.find(names);
    }
    if (!device) return { outcome: 'unknownDevice' };
    if (isDisabled(device)) return { outcome: 'disabled' };
    return isActive(device) && registrationOf(device) !== SHARED_NAME ? { outcome: 'alreadyActive' } : undefined;
  }

  /**
   * Kept first and counted then: of several nodes that issue at once, each sees the tokens of the others. Where there are
   * too many, every one of them takes its own back: the devices ask again.
   */
  private async keepIfRoom(device: DeviceNames, pair: { clientId: string; deviceToken: string }): Promise<boolean> {
    await this.tokens.keep(device, { kind: 'device', id: pair.clientId, token: pair.deviceToken });
    const { length } = await this.tokens.list(device, 'device');
    if (length <= MAX_DEVICE_TOKENS) return true;
    await this.tokens.revoke(device, pair.clientId);
    return false;
  }

  /** Removes what has expired, and the oldest ones until there is room for one more. */
  private async makeRoom(device: DeviceNames): Promise<void> {
    const tokens = await this.tokens.list(device, 'iot');
    const live = tokens.filter((token) => this.tokens.isLive(token));
    const surplus = live.slice(0, Math.max(0, live.length - MAX_IOT_TOKENS + 1));
    const gone = [...tokens.filter((token) => !live.includes(token)), ...surplus];
    await Promise.all(gone.map(({ id }) => this.tokens.revoke(device, id)));
  }
}

const isDisabled = ({ isEnable }: Device): boolean => Number(isEnable) === YesNo.no;
const isActive = ({ firstLogin }: Device): boolean => Number(firstLogin) > 0;

/** @throws {NotServedByDm} for a method that this dm.rpc has not, {@link DirectoryUnavailable} for every other failure */
const served = <T>(work: () => Promise<T>): Promise<T> =>
  orUnavailable(
    work().catch((error: unknown) => {
      if (!(error instanceof RpcError) || error.code !== Code.notImplemented) throw error;
      throw new NotServedByDm(`unitedrhino’s dm.rpc has no method that credentials are kept with (${error.message})`, {
        cause: error,
      });
    }),
  );
