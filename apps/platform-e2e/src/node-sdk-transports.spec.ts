/** The official Node SDK, unchanged, over TLS and WebSocket: a program of its own, which trusts the development CA as any would. */
import { join } from 'node:path';
import { PLATFORM_START_MS, spawnProgram } from '@alink/testing';
import { DEVICE, DEVICE_SECRET, Platform, PRODUCT } from './platform';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start();
  await platform.createManualsDevice();
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

/** Connects, reports, and prints the reply. */
const program = (brokerUrl: string): string => `
  const device = require('alibabacloud-iot-device-sdk').device(${JSON.stringify({
    productKey: PRODUCT,
    deviceName: DEVICE,
    deviceSecret: DEVICE_SECRET,
    brokerUrl,
  })});
  device.on('error', (error) => { console.error(error.message); process.exit(1); });
  device.on('connect', () => device.postProps({ temperature: 25.5 }, (reply) => {
    console.log(JSON.stringify(reply));
    device.end(true);
  }));`;

test.each([
  ['mqtts on the MQTT port', 'mqtts', 'mqtt'],
  ['mqtts on its own port', 'mqtts', 'mqttTls'],
  ['ws', 'ws', 'mqttWs'],
  ['wss', 'wss', 'mqttWs'],
] as const)('over %s', async (_name, scheme, port) => {
  const sdk = spawnProgram(process.execPath, ['-e', program(`${scheme}://127.0.0.1:${platform.ports[port]}`)], {
    NODE_EXTRA_CA_CERTS: join(platform.dataDir, 'tls/ca.crt'),
  });
  await sdk.waitForLine(/"code":200,"message":"success"/);
  expect(await sdk.exited).toEqual({ code: 0, signal: null });
});
