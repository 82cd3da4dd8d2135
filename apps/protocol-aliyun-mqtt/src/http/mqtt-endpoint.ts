import { StartError } from '@alink/runtime';

/** Where devices shall connect to. */
export interface MqttEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port`; an IPv6 address stands in brackets.
 * @throws {StartError} that names PUBLIC_MQTT_ADDRESS
 */
export const readEndpoint = (address: string | undefined): MqttEndpoint | undefined => {
  if (address === undefined) return undefined;
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(address) ?? [];
  if (!host || !port) throw new StartError(`PUBLIC_MQTT_ADDRESS: "${address}" must be host:port`);
  return { host, port: Number(port) };
};
