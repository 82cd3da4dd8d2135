/** The gateway class of the official Node SDK, unchanged and whole, over TCP and TLS: topology and sub-devices' sessions. */
import { services } from '@alink/contract';
import { eventually, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { createGateways, GATEWAYS, gatewayTriple, identityOf, meterTriple, METERS, type Triple } from './gateways';
import type { OfficialReply } from './official-device';
import { dialOfficialGateway, type OfficialGateway, type OfficialSubDevice } from './official-gateway';
import type { Platform } from './platform';

const TRANSPORTS = ['tcp', 'tls'] as const;

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await backend.start();
    const devices = TRANSPORTS.flatMap((name) => [
      gatewayTriple(`gw-${name}`),
      meterTriple(`${name}-1`),
      meterTriple(`${name}-2`),
    ]);
    await createGateways(platform, ...devices);
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  describe.each(TRANSPORTS)('over %s', (transport) => {
    const [first, second] = [meterTriple(`${transport}-1`), meterTriple(`${transport}-2`)];
    let gateway: OfficialGateway;
    beforeAll(async () => {
      gateway = await dialOfficialGateway(platform, gatewayTriple(`gw-${transport}`), transport);
    });
    afterAll(() => gateway?.end(true));

    const asked = (ask: (done: (reply: OfficialReply) => void) => void) => new Promise<OfficialReply>(ask);
    const addTopo = (...devices: readonly Triple[]) => asked((done) => gateway.addTopo(devices, done));
    const topology = async () => {
      const { code, data } = await asked((done) => gateway.getTopo(done));
      return { code, data: new Set((data as Triple[]).map(({ deviceName }) => deviceName)) };
    };
    /** What came of a login, and which event of the sub-device told it. */
    const login = (device: Triple) =>
      new Promise<{ meter: OfficialSubDevice; told: 'connect' | 'error'; reply: OfficialReply }>((resolve) => {
        let reply: OfficialReply;
        const meter = gateway.login({ ...device }, (its) => (reply = its));
        meter.on('connect', () => resolve({ meter, told: 'connect', reply }));
        meter.on('error', () => resolve({ meter, told: 'error', reply }));
      });
    const isOnline = ({ deviceName }: Triple) => platform.isOnline(deviceName, METERS);

    test('regiestSubDevice gives the triples, of one and of several', async () => {
      const registered = ({ productKey, deviceName, deviceSecret }: Triple) =>
        expect.objectContaining({ productKey, deviceName, deviceSecret, iotId: expect.stringMatching(/./) });
      const one = await asked((done) => gateway.regiestSubDevice(identityOf(first), done));
      expect(one).toMatchObject({ code: 200, data: [registered(first)] });
      const both = await asked((done) => gateway.regiestSubDevice([first, second].map(identityOf), done));
      expect(both).toMatchObject({ code: 200, data: [registered(first), registered(second)] });
    });

    test('a sub-device with another secret is not added, nor one beside it', async () => {
      const { code } = await addTopo(second, { ...first, deviceSecret: 'another' });
      expect(code).toBe(401);
      expect(await topology()).toEqual({ code: 200, data: new Set() });
    });

    test('login of what is not in the topology is told as "error"', async () => {
      expect(await login(second)).toMatchObject({ told: 'error', reply: { code: 6401 } });
    });

    test('addTopo, and getTopo shows it', async () => {
      expect(await addTopo(first, second)).toMatchObject({
        code: 200,
        message: 'success',
        data: [identityOf(first), identityOf(second)],
      });
      expect(await topology()).toEqual({ code: 200, data: new Set([first.deviceName, second.deviceName]) });
    });

    test('login is told as "connect", and the sub-device is online and reports', async () => {
      const { meter, told, reply } = await login(first);
      expect([told, reply]).toEqual(['connect', expect.objectContaining({ code: 200, data: identityOf(first) })]);
      await eventually(async () => expect(await isOnline(first)).toBe(true));
      expect(await asked((done) => meter.postProps({ temperature: 25.5 }, done))).toMatchObject({ code: 200 });
      await eventually(async () => expect(await platform.latest('temperature', first.deviceName, METERS)).toBe(25.5));
    });

    test('logout takes it offline, and another login takes it back', async () => {
      const logout = (device: Triple) => asked((done) => gateway.logout(identityOf(device), done));
      expect(await logout(first)).toMatchObject({ code: 200, data: identityOf(first) });
      await eventually(async () => expect(await isOnline(first)).toBe(false));
      expect(await logout(first)).toMatchObject({ code: 520 });
      expect(await login(first)).toMatchObject({ told: 'connect' });
      await eventually(async () => expect(await isOnline(first)).toBe(true));
    });

    test('removeTopo ends what the sub-device had', async () => {
      await login(second);
      await eventually(async () => expect(await isOnline(second)).toBe(true));
      const removed = await asked((done) => gateway.removeTopo([identityOf(second)], done));
      expect(removed).toMatchObject({ code: 200, data: [identityOf(second)] });
      expect(await topology()).toEqual({ code: 200, data: new Set([first.deviceName]) });
      await eventually(async () => expect(await isOnline(second)).toBe(false));
      expect(await login(second)).toMatchObject({ told: 'error', reply: { code: 6401 } });
    });

    test('with the gateway device its sub-devices go', async () => {
      expect(await isOnline(first)).toBe(true);
      gateway.end(true);
      await eventually(async () => {
        expect(await isOnline(first)).toBe(false);
        expect(await platform.isOnline(`gw-${transport}`, GATEWAYS)).toBe(false);
      });
    });
  });

  test('dm knows whose sub-device it was', async () => {
    const { list } = await platform.client(services.deviceManage).deviceGatewayIndex({
      gateway: { productID: GATEWAYS, deviceName: 'gw-tcp' },
    });
    expect(list).toEqual([expect.objectContaining({ productID: METERS, deviceName: 'tcp-1' })]);
  });
});
