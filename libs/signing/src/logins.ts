/** ClientID, user name and password of a device, for each way in. */
import { dynregContent } from './content';
import { deviceCredentials } from './credentials';
import { sign } from './password';
import type { SignMethod } from './sign-method';
import { formatUsername, type DeviceIdentity } from './username';

export interface Login {
  readonly clientId: string;
  readonly username: string;
  /** Undefined where a certificate decides. */
  readonly password: string | undefined;
}

/** Who logs in, and how it signs. */
export interface Signer extends DeviceIdentity {
  readonly signMethod: SignMethod;
  /** Unix milliseconds. */
  readonly now: number;
  /** Further parameters of the ClientID, such as `{ ext: '3', _ss: '1' }`; a registration has none. */
  readonly extra?: Readonly<Record<string, string>>;
}

const pairsOf = ({ extra = {} }: Signer): string =>
  Object.entries(extra)
    .map(([key, value]) => `,${key}=${value}`)
    .join('');

/** 一机一密: signed with the DeviceSecret ("Alibaba Cloud IoT documentation, 'MQTT-TCP'"). */
export const secretLogin = (signer: Signer, deviceSecret: string, encrypted: boolean): Login =>
  deviceCredentials({ ...signer, deviceSecret, securemode: encrypted ? '2' : '3', timestamp: signer.now });

/** Automatic registration of the manual: the same, signed with the ProductSecret. */
export const autoLogin = (signer: Signer, productSecret: string): Login =>
  deviceCredentials({ ...signer, deviceSecret: productSecret, securemode: '-2', timestamp: signer.now });

/** 一型一密, the first step ("Alibaba Cloud IoT documentation, 'MQTT dynamic registration'"). */
export const registrationLogin = (
  { productKey, deviceName, signMethod, now }: Signer,
  productSecret: string,
  authType: 'register' | 'regnwl',
): Login => {
  const random = String(now);
  const securemode = authType === 'register' ? '2' : '-2';
  const pairs = `securemode=${securemode},authType=${authType},random=${random},signmethod=${signMethod}`;
  return {
    clientId: `${deviceName}.${productKey}|${pairs}|`,
    username: formatUsername({ productKey, deviceName }),
    password: sign(signMethod, productSecret, dynregContent({ productKey, deviceName, random })),
  };
};

/** 一型一密 pre-registration-free, the second step: what `/ext/regnwl` has given. */
export const tokenLogin = (device: Signer, clientId: string, deviceToken: string): Login => ({
  clientId: `${clientId}|securemode=-2,authType=connwl${pairsOf(device)}|`,
  username: formatUsername(device),
  password: deviceToken,
});

/** After HTTPS authentication: what `/auth/devicename` has given ("MQTT over HTTPS authentication"). */
export const iotTokenLogin = ({ productKey, deviceName }: Signer, iotId: string, iotToken: string): Login => ({
  clientId: `${productKey}.${deviceName}|securemode=-1|`,
  username: iotId,
  password: iotToken,
});

/** X.509: the certificate decides ("Alibaba Cloud IoT documentation, 'X.509 certificates'"). */
export const certificateLogin = (device: Signer): Login => ({
  clientId: `${device.productKey}.${device.deviceName}|securemode=2,signmethod=${device.signMethod}${pairsOf(device)}|`,
  username: formatUsername(device),
  password: undefined,
});
