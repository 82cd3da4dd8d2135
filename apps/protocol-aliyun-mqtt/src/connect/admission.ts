/**
 * May this client in, and as what? The steps stand in the order in which a refusal is told; nothing about a device is
 * told to a client that has not proved its secret.
 */
import { randomBytes } from 'node:crypto';
import { signedContents, verifyPassword, type SignMethod } from '@alink/signing';
import { DirectoryUnavailable, type DeviceEntry, type Found, type ProductEntry } from '../directory/records';
import type { DeviceDirectory } from '../directory/device-directory';
import { AUTO_REGISTRATION } from '../directory/rpc-source';
import { limits } from '../limits';
import { withClientId, type Attempt } from './attempt';
import { diagnoseSign } from './diagnose-sign';
import { refusals, type Refusal } from './refusals';

/** What a client is let in as. */
export type Verdict =
  | { readonly as: 'device'; readonly product: ProductEntry; readonly device: DeviceEntry }
  | { readonly as: 'cloudPublisher'; readonly product: ProductEntry; readonly device: DeviceEntry }
  | { readonly as: 'refused'; readonly refusal: Refusal };

/** ClientID of the latest successful login of a device on this gateway. */
export type LatestLogin = (productKey: string, deviceName: string) => string | undefined;

const refused = (refusal: Refusal): Verdict => ({ as: 'refused', refusal });

/** Key for devices that do not exist: verifying against it takes the same work and never succeeds. */
const decoyKey = randomBytes(32).toString('hex');

/** `autoRegister` values with which a product's devices are created at their first connect. */
const CREATES_DEVICES = 3;

export class Admission {
  constructor(
    private readonly directory: DeviceDirectory,
    private readonly latestLogin: LatestLogin,
    private readonly cloudPublisher: boolean,
  ) {}

  /** Decides on one CONNECT. Never throws: what goes wrong inside is a refusal with code 3. */
  async decide(attempt: Attempt): Promise<Verdict> {
    const misuse = refuseForm(attempt);
    if (misuse) return refused(misuse);
    const { productKey, deviceName } = attempt.identity!;
    try {
      const found = await this.directory.find(productKey, deviceName);
      if (!attempt.clientId.hasParams) return this.admitPublisher(attempt, found);
      if (attempt.clientId.securemode === '-2') return await this.admitWithProductSecret(attempt, found);
      return this.admitWithDeviceSecret(attempt, found);
    } catch (error) {
      if (error instanceof DirectoryUnavailable) return refused(refusals.unavailable());
      throw error;
    }
  }

  /** 一机一密: the password is signed with the DeviceSecret. */
  private admitWithDeviceSecret(attempt: Attempt, { product, device }: Found): Verdict {
    const signed = verifies(attempt, device?.secret);
    if (!product) return refused(refusals.unknownProduct());
    if (!device) return refused(refusals.unknownDevice());
    if (!signed) return refused(refusals.wrongSign(diagnoseSign(attempt, device.secret, product.secret)));
    return admitEnabled(product, device);
  }

  /** Automatic registration: signed with the ProductSecret; the first connect creates the device. */
  private async admitWithProductSecret(attempt: Attempt, { product, device }: Found): Promise<Verdict> {
    const signed = verifies(attempt, product?.secret);
    if (!product) return refused(refusals.unknownProduct());
    if (!signed) return refused(refusals.wrongSign(diagnoseSign(attempt, product.secret, device?.secret)));
    if (product.autoRegister < CREATES_DEVICES) return refused(refusals.autoRegisterOff());
    if (device && device.registration !== AUTO_REGISTRATION) return refused(refusals.notAutoRegistered());
    if (!product.enabled) return refused(refusals.disabledProduct());
    const registered = device ?? (await this.directory.register(product, attempt.identity!.deviceName));
    return registered ? admitEnabled(product, registered) : refused(refusals.unavailable());
  }

  /**
   * The manual's cloud publisher: a client with a plain id that shows the username and password of the device's latest
   * login. The password is checked against that login's ClientID, so nothing secret needs to be kept for it.
   */
  private admitPublisher(attempt: Attempt, { product, device }: Found): Verdict {
    if (!this.cloudPublisher) return refused(refusals.publisherOff());
    const rawClientId =
      device && (this.latestLogin(device.productKey, device.deviceName) || device.lastClientId || undefined);
    const login = rawClientId === undefined ? attempt : withClientId(attempt, rawClientId);
    const key = login.clientId.securemode === '-2' ? product?.secret : device?.secret;
    const signed = verifies(login, rawClientId === undefined ? undefined : key);
    if (!product || !device || !signed) return refused(refusals.publisherMismatch());
    if (!product.enabled) return refused(refusals.disabledProduct());
    if (!device.enabled) return refused(refusals.disabledDevice());
    return { as: 'cloudPublisher', product, device };
  }
}

/** What is wrong with the CONNECT itself, whoever sent it. */
const refuseForm = ({ clientId, identity, keepalive, secure }: Attempt): Refusal | undefined => {
  if (clientId.problem !== undefined) return refusals.malformedClientId(clientId.problem);
  if (keepalive !== undefined && (keepalive < limits.keepalive.min || keepalive > limits.keepalive.max)) {
    return refusals.keepalive(keepalive);
  }
  const { authType, securemode } = clientId;
  if (authType === 'register' || authType === 'regnwl') {
    // "Alibaba Cloud IoT documentation, 'MQTT dynamic registration'": never over plain TCP, answered with CONNACK 2.
    if (!secure) return refusals.registrationNeedsTls();
    return refusals.authType(authType);
  }
  if (authType === 'connwl') return refusals.wrongToken();
  if (authType !== undefined) return refusals.authType(authType);
  if (clientId.hasParams && securemode !== undefined && !['2', '3', '-2'].includes(securemode)) {
    return refusals.secureMode(securemode);
  }
  return identity ? undefined : refusals.username();
};

/** Whether the password proves the key; the same work is done for an unknown one. */
const verifies = (attempt: Attempt, key: string | undefined): boolean => {
  const { productKey, deviceName } = attempt.identity!;
  const matched = verifyPassword({
    method: attempt.clientId.signMethod as SignMethod,
    key: key ?? decoyKey,
    contents: signedContents({ parsed: attempt.clientId, productKey, deviceName }),
    password: attempt.password,
  });
  return matched >= 0 && key !== undefined;
};

const admitEnabled = (product: ProductEntry, device: DeviceEntry): Verdict => {
  if (!product.enabled) return refused(refusals.disabledProduct());
  if (!device.enabled) return refused(refusals.disabledDevice());
  return { as: 'device', product, device };
};
