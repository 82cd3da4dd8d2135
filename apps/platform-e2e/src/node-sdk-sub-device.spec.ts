/** What the official Node SDK's gateway class inherits, for the gateway device itself and for a sub-device of it, over TCP and TLS. */
import { services } from '@alink/contract';
import { eventually, PATIENCE_MS, PLATFORM_START_MS } from '@alink/testing';
import { backends } from './backends';
import { createGateways, GATEWAYS, gatewayTriple, keyOf, meterTriple, METERS, type Triple } from './gateways';
import type { OfficialCommand, OfficialDevice, OfficialReply, OfficialShadow } from './official-device';
import { dialOfficialGateway, type OfficialGateway, type OfficialSubDevice } from './official-gateway';
import type { Platform } from './platform';

const PATIENT = { deadlineMs: PATIENCE_MS };
const TRANSPORTS = ['tcp', 'tls'] as const;
const CONTENT = '{"interval":60}';

describe.each(backends)('on $name', (backend) => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await backend.start();
    const devices = TRANSPORTS.flatMap((name) => [gatewayTriple(`gw-${name}`), meterTriple(`meter-${name}`)]);
    await createGateways(platform, ...devices);
    const configurations = platform.client(services.remoteConfig);
    for (const productID of [GATEWAYS, METERS])
      await configurations.RemoteConfigCreate({ productID, content: CONTENT });
  }, PLATFORM_START_MS);
  afterAll(() => platform?.stop());

  describe.each(TRANSPORTS)('over %s', (transport) => {
    const meter = meterTriple(`meter-${transport}`);
    const triples = { gateway: gatewayTriple(`gw-${transport}`), meter };
    let gateway: OfficialGateway;
    let subDevice: OfficialSubDevice;

    beforeAll(async () => {
      gateway = await dialOfficialGateway(platform, triples.gateway, transport);
      await new Promise((resolve) => gateway.addTopo([meter], resolve));
      await new Promise<void>((resolve, reject) => {
        subDevice = gateway.login({ ...meter }, () => undefined);
        subDevice.on('connect', resolve);
        subDevice.on('error', ({ message }) => reject(new Error(message)));
      });
      await eventually(async () => expect(await platform.isOnline(meter.deviceName, METERS)).toBe(true));
    }, PLATFORM_START_MS);
    afterAll(() => gateway?.end(true));

    describe.each(['gateway', 'meter'] as const)('of the %s', (which) => {
      const { productKey, deviceName } = triples[which] satisfies Triple;
      const key = keyOf(triples[which]);
      const thing = (): Omit<OfficialDevice, 'on'> => (which === 'gateway' ? gateway : subDevice);
      const asked = (ask: (done: (reply: OfficialReply) => void) => void) => new Promise<OfficialReply>(ask);
      const interact = () => platform.client(services.deviceInteract);

      test('postProps', async () => {
        expect(await asked((done) => thing().postProps({ temperature: 25.5, light: 1 }, done))).toMatchObject({
          code: 200,
          message: 'success',
        });
        await eventually(async () => {
          expect(await platform.latest('temperature', deviceName, productKey)).toBe(25.5);
          expect(await platform.latest('light', deviceName, productKey)).toBe(1);
        });
      });

      test('postEvent', async () => {
        const params = { temperature: 101.5 };
        expect((await asked((done) => thing().postEvent('highTemperature', params, done))).code).toBe(200);
        await eventually(async () => {
          const { list } = await platform.client(services.deviceMsg).eventLogIndex(key);
          expect(list.map(({ params: kept }) => JSON.parse(kept) as unknown)).toEqual([params]);
        });
      });

      test('onProps', async () => {
        const got = new Promise<OfficialCommand>((resolve) => {
          thing().onProps((command) => {
            const answer = JSON.stringify({ id: command.id, code: 200, data: {} });
            thing().publish(`/sys/${productKey}/${deviceName}/thing/service/property/set_reply`, answer);
            resolve(command);
          });
        });
        const set = { ...key, data: '{"temperature":28}', shadowControl: 1, syncTimeout: '60' };
        expect(await interact().propertyControlSend(set, PATIENT)).toMatchObject({ code: '200' });
        expect(await got).toMatchObject({ method: 'thing.service.property.set', params: { temperature: 28 } });
      });

      test('onService, asynchronous', async () => {
        const got = new Promise<OfficialCommand>((resolve) => {
          thing().onService('reboot', (command, reply) => {
            reply({ id: command.id, code: 200, data: {} });
            resolve(command);
          });
        });
        const call = { ...key, actionID: 'reboot', inputParams: '{"delay":3}', isAsync: true };
        const { msgToken } = await interact().actionSend(call);
        expect(await got).toMatchObject({ method: 'thing.service.reboot', params: { delay: 3 } });
        await eventually(async () => expect((await interact().actionRead({ ...key, msgToken })).code).toBe('200'));
      });

      backend.needs('callType', () => {
        test('onService, synchronous', async () => {
          thing().onService('echo', ({ params }, reply) => {
            // Without an id the SDK puts a counter of its own there: only the RRPC message id can match the answer.
            reply({ code: 200, data: { text: `${String(params['text'])}!` } }, 'sync');
          });
          const call = { ...key, actionID: 'echo', inputParams: '{"text":"hello"}', option: { requestTimeout: '60' } };
          const answer = await interact().actionSend(call, PATIENT);
          expect(answer).toMatchObject({ code: '200', outputParams: '{"text":"hello!"}' });
        });
      });

      test('postTags and deleteTags', async () => {
        const tags = async () => (await platform.client(services.deviceManage).deviceInfoRead(key)).tags;
        const post = (attrKey: string, attrValue: string) =>
          asked((done) => thing().postTags([{ attrKey, attrValue }], done));
        expect(await post('site', '杭州')).toMatchObject({ code: 200, message: 'success' });
        expect((await post('room', '7')).code).toBe(200);
        expect(await tags()).toEqual({ site: '杭州', room: '7' });
        expect((await asked((done) => thing().deleteTags(['room'], done))).code).toBe(200);
        expect(await tags()).toEqual({ site: '杭州' });
      });

      test('getConfig and onConfig', async () => {
        const contentOf = async (file: unknown) => (await fetch((file as { url: string }).url)).text();
        const { code, data } = await asked((done) => thing().getConfig(done));
        expect([code, await contentOf(data)]).toEqual([200, CONTENT]);
        const pushed = new Promise<OfficialCommand>((resolve) => thing().onConfig(resolve));
        await platform.client(services.remoteConfig).RemoteConfigPushAll({ productID: productKey });
        const { id, method, params } = await pushed;
        expect([method, await contentOf(params)]).toEqual(['thing.config.push', CONTENT]);
        // The SDK leaves the answer to the application.
        const answer = JSON.stringify({ id, code: 200, data: {} });
        thing().publish(`/sys/${productKey}/${deviceName}/thing/config/push_reply`, answer);
      });

      backend.needs('shadow', () => {
        test('postShadow, getShadow, deleteShadow and onShadow', async () => {
          const told: OfficialShadow[] = [];
          thing().onShadow((message) => told.push(message));
          const next = (act: () => unknown): Promise<OfficialShadow> => {
            const before = told.length;
            act();
            return eventually(() => {
              const message = told[before];
              if (!message) throw new Error('onShadow has told nothing');
              return message;
            });
          };
          const success = { method: 'reply', payload: { status: 'success' } };
          expect(await next(() => thing().postShadow({ color: 'red' }))).toMatchObject(success);
          const { payload } = await next(() => thing().getShadow());
          expect(payload.state).toEqual({ reported: { color: 'red' } });
          const shadow = platform.client(services.shadow);
          expect(await next(() => shadow.update({ ...key, desired: '{"color":"blue"}' }))).toMatchObject({
            method: 'control',
            payload: { state: { desired: { color: 'blue' } } },
          });
          expect(await next(() => thing().deleteShadow())).toMatchObject(success);
          expect((await shadow.read(key)).reported || '{}').toBe('{}');
        });
      });

      test('publish, subscribe and unsubscribe', async () => {
        const topic = `/${productKey}/${deviceName}/user/get`;
        const heard: string[] = [];
        gateway.on('message', (where, payload) => {
          if (where === topic) heard.push(payload.toString());
        });
        // What a device publishes on a custom topic that it subscribes comes back.
        thing().subscribe(topic);
        thing().publish(topic, 'one');
        await eventually(() => expect(heard).toEqual(['one']));
        thing().unsubscribe(topic);
        thing().publish(topic, 'two');
        // In order: once this is answered, the other has come or will not.
        await asked((done) => thing().postProps({ temperature: 26 }, done));
        expect(heard).toEqual(['one']);
      });
    });
  });
});
