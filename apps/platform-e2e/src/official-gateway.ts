/** The gateway class of the official Node SDK, and its sub-devices: their public surface, names as they are spelled. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'node:url';
import type { DeviceIdentity } from '@alink/signing';
import type { Triple } from './gateways';
import type { OfficialDevice, OfficialReply } from './official-device';
import type { Platform } from './platform';

type Done = (reply: OfficialReply) => void;
/** A sub-device has the methods of a device, and sends and receives over its gateway device's connection. */
export type OfficialSubDevice = Omit<OfficialDevice, 'on'> & {
  on(event: 'connect', listener: () => void): void;
  on(event: 'error', listener: (reply: OfficialReply) => void): void;
};
export interface OfficialGateway extends OfficialDevice {
  readonly connected: boolean;
  addTopo(devices: readonly Triple[], done: Done): void;
  getTopo(done: Done): void;
  removeTopo(devices: readonly DeviceIdentity[], done: Done): void;
  regiestSubDevice(devices: DeviceIdentity | readonly DeviceIdentity[], done: Done): void;
  login(device: Triple, done: Done): OfficialSubDevice;
  logout(device: DeviceIdentity, done: Done): void;
}

const sdk = createRequire(import.meta.url)('alibabacloud-iot-device-sdk') as {
  gateway(config: object): OfficialGateway;
};

/**
 * The broker's URL, and for TLS the CA with it. A program names the CA in NODE_EXTRA_CA_CERTS; here the process runs already,
 * and the SDK passes nothing of its own configuration to its MQTT client but the URL.
 */
const brokerUrl = ({ ports, dataDir }: Platform, transport: 'tcp' | 'tls'): unknown => {
  if (transport === 'tcp') return `mqtt://127.0.0.1:${ports.mqtt}`;
  const url = `mqtts://127.0.0.1:${ports.mqttTls}`;
  const ca = readFileSync(join(dataDir, 'tls/ca.crt'));
  return Object.assign(parse(url), { ca, startsWith: (prefix: string) => url.startsWith(prefix) });
};

export const dialOfficialGateway = (
  platform: Platform,
  triple: Triple,
  transport: 'tcp' | 'tls' = 'tcp',
): Promise<OfficialGateway> =>
  new Promise((resolve, reject) => {
    const dialled = sdk.gateway({ ...triple, brokerUrl: brokerUrl(platform, transport) });
    dialled.on('connect', () => resolve(dialled));
    dialled.on('error', reject);
  });
