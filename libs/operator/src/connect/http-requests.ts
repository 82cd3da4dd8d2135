/** Requests of the HTTPS interface as curl command lines that can be pasted. */
import { clientIdContent, dynregContent, sign } from '@alink/signing';
import { hostPort } from '@alink/text';
import { shellLine } from './shell-quote';
import type { Signer } from '@alink/signing';

export interface HttpEndpoint {
  readonly host: string;
  readonly port: number;
  /** File of the authority that the node's certificate is checked with; without it those of the system. */
  readonly caFile?: string;
}

/** 一型一密: fetches the DeviceSecret ("Alibaba Cloud IoT documentation, 'Device identity registration'"). */
export const registerLine = (endpoint: HttpEndpoint, signer: Signer, productSecret: string): string => {
  const { productKey, deviceName, signMethod, now } = signer;
  const random = String(now);
  const signed = sign(signMethod, productSecret, dynregContent({ productKey, deviceName, random }));
  return curl(endpoint, '/auth/register/device', { productKey, deviceName, random, sign: signed, signMethod });
};

/** Fetches an iotId and an iotToken ("Alibaba Cloud IoT documentation, 'MQTT over HTTPS authentication'"). */
export const authenticateLine = (endpoint: HttpEndpoint, signer: Signer, deviceSecret: string): string => {
  const { productKey, deviceName, signMethod, now } = signer;
  const clientId = `${productKey}.${deviceName}`;
  const timestamp = String(now);
  const signed = sign(signMethod, deviceSecret, clientIdContent(clientId, { productKey, deviceName }, timestamp));
  const who = { productKey, deviceName, clientId, timestamp };
  return curl(endpoint, '/auth/devicename', { ...who, sign: signed, signmethod: signMethod, resources: 'mqtt' });
};

const curl = ({ host, port, caFile }: HttpEndpoint, path: string, fields: Record<string, string>): string =>
  shellLine([
    ...['curl', '-sS', ...(caFile === undefined ? [] : ['--cacert', caFile])],
    ...['-d', new URLSearchParams(fields).toString()],
    `https://${hostPort(host, port)}${path}`,
  ]);
