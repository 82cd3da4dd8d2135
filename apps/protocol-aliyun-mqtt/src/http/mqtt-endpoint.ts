import { StartError } from '@alink/runtime';
import { parseHostPort, type HostPort } from '@alink/text';

/** Where devices shall connect to. */
export type MqttEndpoint = HostPort;

/**
 * Reads `host:port`; an IPv6 address stands in brackets.
 * @throws {StartError} that names PUBLIC_MQTT_ADDRESS
 */
export const readEndpoint = (address: string | undefined): MqttEndpoint | undefined => {
  if (address === undefined) return undefined;
  const endpoint = parseHostPort(address);
  if (!endpoint) throw new StartError(`PUBLIC_MQTT_ADDRESS: "${address}" must be host:port`);
  return endpoint;
};
