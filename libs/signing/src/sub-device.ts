/**
 * What a gateway device signs for its sub-devices ("Alibaba Cloud IoT documentation, 'Manage topological relationships',
 * 'Sub-device sessions', 'Register devices'").
 */
import { dynregContent } from './content';
import { verifyPassword } from './password';
import { DEFAULT_SIGN_METHOD, parseSignMethod } from './sign-method';
import type { DeviceIdentity } from './username';

/** What proves that somebody has the secret of a sub-device; members that were not sent are absent. */
export interface SubDeviceSignature extends DeviceIdentity {
  /** Signed as it is, bars included: unlike that of CONNECT, it is not taken apart (Link SDK for C 3.x and 4.x, Python SDK). */
  readonly clientId?: string;
  /** As sent: milliseconds, seconds, or the time since the device was started. */
  readonly timestamp?: string;
  /** Of a login, as sent: an old edition of the documentation signed it. */
  readonly cleanSession?: string;
  /** In any case, as {@link parseSignMethod} reads it; absent: HMAC-MD5. */
  readonly signMethod?: string;
  /** Hex in either case. */
  readonly sign: string;
}

/** What proves that somebody has the secret of a sub-device's product. */
export interface SubDeviceProductSignature extends DeviceIdentity {
  readonly random: string;
  readonly signMethod?: string;
  readonly sign: string;
}

/** Whether a signature is right; `unknownMethod` where it names none that there is. */
export type SubDeviceCheck = boolean | 'unknownMethod';

const part = (name: string, value: string | undefined): string => (value === undefined ? '' : `${name}${value}`);

/**
 * The text that topo/add and logins sign: what was sent, run together by name. `sign`, `signMethod` and `cleanSession` are no
 * part of it.
 */
export const subDeviceContent = ({
  productKey,
  deviceName,
  clientId,
  timestamp,
}: Omit<SubDeviceSignature, 'sign'>): string =>
  `${part('clientId', clientId)}deviceName${deviceName}productKey${productKey}${part('timestamp', timestamp)}`;

/**
 * Every text that may have been signed, always three, in the order in which they are tried: what was sent; without client id,
 * as at CONNECT; with `cleanSession`.
 */
const subDeviceContents = (given: SubDeviceSignature): string[] => {
  const asSent = subDeviceContent(given);
  return [
    asSent,
    subDeviceContent({ ...given, clientId: undefined }),
    `${part('cleanSession', given.cleanSession)}${asSent}`,
  ];
};

const verify = (
  { signMethod, sign }: Pick<SubDeviceSignature, 'signMethod' | 'sign'>,
  contents: readonly string[],
  key: string,
): SubDeviceCheck => {
  const method = signMethod === undefined ? DEFAULT_SIGN_METHOD : parseSignMethod(signMethod);
  return method ? verifyPassword({ method, contents, password: sign, key }) >= 0 : 'unknownMethod';
};

/** Whether a sub-device's own secret has signed it: for topo/add and for a login. */
export const verifySubDevice = (given: SubDeviceSignature, deviceSecret: string): SubDeviceCheck =>
  verify(given, subDeviceContents(given), deviceSecret);

/** Whether the secret of the sub-device's product has signed it: for a registration. */
export const verifySubDeviceOfProduct = (given: SubDeviceProductSignature, productSecret: string): SubDeviceCheck =>
  verify(given, [dynregContent(given)], productSecret);
