import { createServer, type AddressInfo } from 'node:net';
import { freePort } from '@alink/testing';
import { checkPorts } from './ports';

describe('checkPorts', () => {
  const taken = createServer();
  let port: number;
  beforeAll(async () => {
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = (taken.address() as AddressInfo).port;
  });
  afterAll(() => new Promise((resolve) => taken.close(resolve)));

  test('a taken port is named with the variable that moves it', async () => {
    const checking = checkPorts('127.0.0.1', { GATEWAY_HTTP_PORT: 0, MQTT_PORT: port });
    await expect(checking).rejects.toThrow(new RegExp(`port ${port} is .*in use.*MQTT_PORT`));
  });

  test('free ports stay free', async () => {
    const free = await freePort();
    await checkPorts('127.0.0.1', { MQTT_PORT: free });
    await checkPorts('127.0.0.1', { MQTT_PORT: free });
  });
});
