/** What a device puts into CONNECT, made the way the SDKs make it. */
import { clientIdContent } from './content';
import { sign } from './password';
import type { SignMethod } from './sign-method';
import { formatUsername, type DeviceIdentity } from './username';

export interface CredentialOptions extends DeviceIdentity {
  /** The secret to sign with: the device's, or the product's for automatic registration. */
  readonly deviceSecret: string;
  /** Free text before the first bar; `{productKey}.{deviceName}` as in the C SDKs when absent. May be empty. */
  readonly clientId?: string;
  /** `hmacsha256` when absent. */
  readonly signMethod?: SignMethod;
  /** `3` (TCP) when absent. */
  readonly securemode?: string;
  /** Unix milliseconds by custom; without it the ClientID and the signature have no timestamp. */
  readonly timestamp?: string | number;
  /** Further parameters of the ClientID, such as `{ ext: '3', _ss: '1' }`. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface Credentials {
  readonly clientId: string;
  readonly username: string;
  /** Lower-case hex. */
  readonly password: string;
}

/** Refuses text that would end its pair, its section or its key early. */
const checked = (text: string, forbidden: RegExp): string => {
  if (forbidden.test(text)) throw new RangeError(`"${text}" cannot stand in a ClientID`);
  return text;
};

/**
 * CONNECT's ClientID, user name and password for a device. Throws RangeError when the client id holds a bar, or a
 * parameter holds a bar or a comma.
 */
export const deviceCredentials = ({
  productKey,
  deviceName,
  deviceSecret,
  clientId = `${productKey}.${deviceName}`,
  signMethod = 'hmacsha256',
  securemode = '3',
  timestamp,
  extra = {},
}: CredentialOptions): Credentials => {
  const time = timestamp === undefined ? undefined : String(timestamp);
  const pairs: [string, string][] = [
    ['securemode', securemode],
    ['signmethod', signMethod],
    ...(time === undefined ? [] : [['timestamp', time] as [string, string]]),
    ...Object.entries(extra),
  ];
  const section = pairs.map(([key, value]) => `${checked(key, /[|,=]/)}=${checked(value, /[|,]/)}`).join(',');
  return {
    clientId: `${checked(clientId, /\|/)}|${section}|`,
    username: formatUsername({ productKey, deviceName }),
    password: sign(signMethod, deviceSecret, clientIdContent(clientId, { productKey, deviceName }, time)),
  };
};
