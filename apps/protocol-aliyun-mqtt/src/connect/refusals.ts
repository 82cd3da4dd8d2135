/**
 * Why a CONNECT is refused: the CONNACK code, the cause and the step to take. The device sees only the code
 * ("Alibaba Cloud IoT documentation, 'MQTT troubleshooting'"); the cause goes to the log.
 */
import { DEVICE_NAME_RULE } from '@alink/signing';
import type { ReturnCode } from '../link/endpoint';

export interface Refusal {
  readonly returnCode: ReturnCode;
  /** May be worked out only when it is read, which a guesser would see in the time: to be read after the answer. */
  readonly cause: string;
  readonly step: string;
  /** Not to be logged: a line about it was written already. */
  readonly quiet?: boolean;
  /** It says nothing about the client: dm.rpc has not answered. */
  readonly isOutage?: boolean;
}

const refusal = (returnCode: ReturnCode, cause: string, step: string): Refusal => ({ returnCode, cause, step });

export const refusals = {
  malformedClientId: (problem: string) =>
    refusal(
      2,
      `malformed ClientID: ${problem}`,
      'write it as {clientId}|securemode=3,signmethod=hmacsha256,timestamp={ms}|',
    ),
  keepalive: (seconds: number) =>
    refusal(2, `keepalive of ${seconds} s is outside 30 to 1200 s`, 'set the MQTT keepalive to 30 to 1200 seconds'),
  secureMode: (mode: string) =>
    refusal(
      2,
      `securemode=${mode} (ID², a security chip) is not served here`,
      'use securemode=3 (TCP), 2 (TLS) or -2 (automatic registration)',
    ),
  registrationNeedsTls: () =>
    refusal(
      2,
      'dynamic registration (authType) over plain TCP',
      'register over TLS, or write the DeviceSecret to the device',
    ),
  authType: (authType: string) =>
    refusal(
      2,
      `authType=${authType} (a security chip) is not served here`,
      'leave authType out to log in with the DeviceSecret',
    ),
  username: () =>
    refusal(
      4,
      'the username is not {deviceName}&{productKey}, or no device can have such names',
      `set the username to {deviceName}&{productKey}; a DeviceName has ${DEVICE_NAME_RULE}`,
    ),
  unknownProduct: () =>
    refusal(4, 'unknown product', 'check the ProductKey in the username, or create the product (dmctl product create)'),
  unknownDevice: () =>
    refusal(4, 'unknown device', 'check the DeviceName in the username, or create the device (dmctl device create)'),
  /** @param diagnose says why, in words */
  wrongSign: (diagnose: () => string): Refusal => ({
    returnCode: 4,
    get cause() {
      return `bad user name or password: ${diagnose()}`;
    },
    step: 'compare with dmctl device connect-params',
  }),
  wrongToken: () =>
    refusal(4, 'the deviceToken is not known, or was revoked', 'register the device again (authType=regnwl)'),
  wrongIotToken: () =>
    refusal(3, 'the iotToken is not known, was revoked or has expired', 'authenticate again at POST /auth/devicename'),
  /** @param step how this dm.rpc comes to know one */
  unknownCertificate: (step: string) =>
    refusal(4, 'the client certificate belongs to no device, was revoked or has expired', step),
  /** @param weakness what is too weak in it */
  weakCertificate: (weakness: string) =>
    refusal(
      4,
      `${weakness}: it could be forged`,
      'give the device one with RSA of 2048 bits or P-256, signed with SHA-256; ALLOW_WEAK_CERTIFICATES=on lets old ones in',
    ),
  foreignCertificate: () =>
    refusal(4, 'the client certificate belongs to another device', 'use the username of the device in the certificate'),
  wrongRegistrationSign: () =>
    refusal(
      4,
      'the registration is not signed with the ProductSecret',
      'sign deviceName{..}productKey{..}random{..} with the ProductSecret and the declared signmethod',
    ),
  registrationIncomplete: () =>
    refusal(2, 'dynamic registration without random', 'add random={text} to the ClientID and sign it'),
  registrationOff: () =>
    refusal(
      4,
      'dynamic registration is off for this product',
      'set autoRegister of the product to 2 (existing devices) or 3 (new ones too)',
    ),
  alreadyActive: () =>
    refusal(4, 'the device is activated and may not register again', 'reset the device (dmctl device reset)'),
  tooManyTokens: () =>
    refusal(4, 'the device has five live tokens already', 'revoke some (dmctl device tokens, dmctl device revoke)'),
  autoRegisterOff: () =>
    refusal(
      4,
      'securemode=-2, but automatic registration is off for this product',
      'set autoRegister of the product to 3 or 4, which lets new devices in',
    ),
  notAutoRegistered: () =>
    refusal(
      4,
      'securemode=-2, but this device was created by an operator',
      'log in with its DeviceSecret and securemode=3',
    ),
  disabledProduct: () => refusal(5, 'the product is disabled', 'enable the product'),
  disabledDevice: () => refusal(5, 'the device is disabled', 'enable the device'),
  /** @param cause what dm.rpc did not do */
  unavailable: (cause: string): Refusal => ({
    ...refusal(3, `${cause} and the device is not known here yet`, 'look after dm.rpc; the device will try again'),
    isOutage: true,
  }),
  /** @param cause what this dm.rpc lacks */
  notServed: (cause: string) => refusal(5, cause, 'let the device come in another way, or run dm-rpc of this platform'),
  publisherOff: () =>
    refusal(
      4,
      'a plain ClientID, but the cloud publisher is off',
      'use the ClientID of the device, or set CLOUD_PUBLISHER=on',
    ),
  publisherMismatch: () =>
    refusal(
      4,
      'a plain ClientID whose username and password are not those of the latest login of that device',
      'log the device in first, and copy its username and password',
    ),
} as const;
