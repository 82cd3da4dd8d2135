/** The texts that passwords sign: names and values run together, sorted by name, without separator. */
import type { ParsedClientId } from './client-id';
import type { DeviceIdentity } from './username';

const timestampPart = (timestamp: string | undefined): string =>
  timestamp === undefined ? '' : `timestamp${timestamp}`;

/** Content with a client id. A timestamp stands in it only where the ClientID has one (Android SDK, QuecPython). */
export const clientIdContent = (
  clientId: string,
  { productKey, deviceName }: DeviceIdentity,
  timestamp: string | undefined,
): string => `clientId${clientId}deviceName${deviceName}productKey${productKey}${timestampPart(timestamp)}`;

/**
 * Every text that a device may have signed for its CONNECT, always three, in the order in which they are tried:
 * 1. with the part of the ClientID before the first bar (documentation "MQTT-TCP", every SDK);
 * 2. without client id (Alibaba Cloud IoT's migration page: only ProductKey and DeviceName are mandatory);
 * 3. with the whole ClientID, bars and parameters included (user manual of the aliyunMqtt protocol).
 */
export const signedContents = ({
  parsed,
  productKey,
  deviceName,
}: DeviceIdentity & { readonly parsed: ParsedClientId }): string[] => [
  clientIdContent(parsed.clientId, { productKey, deviceName }, parsed.timestamp),
  `deviceName${deviceName}productKey${productKey}${timestampPart(parsed.timestamp)}`,
  clientIdContent(parsed.raw, { productKey, deviceName }, parsed.timestamp),
];

/** The text that dynamic registration signs with the product secret (Link SDK for C 4.x, `aiot_dynregmq_api.c`). */
export const dynregContent = ({
  productKey,
  deviceName,
  random,
}: DeviceIdentity & { readonly random: string }): string =>
  `deviceName${deviceName}productKey${productKey}random${random}`;
