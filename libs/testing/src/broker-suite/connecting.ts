/** A CONNECT, its decision and its answer. */
import { eventually } from '../eventually';
import { aMoment, deferred, type Stage } from './stage';

export const connecting = (stage: Stage): void => {
  const { endpoint } = stage;
  const { can } = stage.tested;

  /** A client that has sent its CONNECT, which waits until `letIn` is called. */
  const undecided = async () => {
    const { promise, resolve: letIn } = deferred();
    endpoint.onOpening = async () => {
      await promise;
      return { session: 's' };
    };
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    return { raw, letIn };
  };

  test('what a CONNECT says is told whole', async () => {
    const clientId = `dev1|securemode=3,signmethod=hmacsha1,timestamp=${'7'.repeat(200)}|`;
    const said = { clientId, username: 'dev1&pk', keepalive: 77, clean: true };
    const { link } = await stage.open({ ...said, password: 'p&ss' });
    expect(link.login).toEqual(said);
    expect(endpoint.passwords).toEqual(['p&ss']);
    expect((await stage.open({ clean: false })).link.login).toMatchObject({ clean: false });
  });

  test('one without username and password says empty ones', async () => {
    const { link } = await stage.open();
    expect([link.login.username, ...endpoint.passwords]).toEqual(['', '']);
  });

  test('who is let in is answered, and told once it is', async () => {
    const { raw, letIn } = await undecided();
    await eventually(() => expect(endpoint.links).toHaveLength(1));
    expect([endpoint.answers, endpoint.opens, stage.broker.clients()]).toEqual([[], [], 0]);
    letIn();
    expect(await raw.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: false });
    await eventually(() => expect(endpoint.opens).toEqual(endpoint.links));
    expect([endpoint.answers, stage.broker.clients()]).toEqual([[0], 1]);
    expect(endpoint.links[0]!.isClosed).toBe(false);
  });

  test.each([2, 3, 4, 5] as const)('who is refused with %i hears that, and is cut', async (returnCode) => {
    endpoint.onOpening = async () => ({ returnCode });
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    expect(await raw.next('connack')).toMatchObject({ returnCode, sessionPresent: false });
    await raw.closed;
    await stage.endingOf(endpoint.links[0]!);
    expect([endpoint.answers, endpoint.opens, stage.broker.clients()]).toEqual([[returnCode], [], 0]);
  });

  test('what cannot be decided is not answered', async () => {
    endpoint.onOpening = () => Promise.reject(new Error('nobody knows'));
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    await raw.closed;
    await stage.endingOf(endpoint.links[0]!);
    expect([raw.unread, endpoint.answers]).toEqual([[], []]);
  });

  test('MQTT 3.1, with a ClientID far longer than it allows', async () => {
    const raw = await stage.dial(3);
    const clientId = 'x'.repeat(200);
    raw.send({ ...stage.connectPacket({ clientId }), protocolId: 'MQIsdp', protocolVersion: 3 });
    expect((await raw.next('connack')).returnCode).toBe(0);
    expect(endpoint.links[0]!.login.clientId).toBe(clientId);
  });

  const unlessMqtt5 = can.mqtt5 ? test.skip : test;
  unlessMqtt5('MQTT 5 is answered with 1, and nothing is decided', async () => {
    const raw = await stage.dial(5);
    raw.send({ ...stage.connectPacket(), protocolVersion: 5 });
    expect(await raw.next('connack')).toMatchObject({ reasonCode: 1 });
    await raw.closed;
    expect([endpoint.links, endpoint.answers]).toEqual([[], [1]]);
  });

  test('what follows a CONNECT waits for its answer (MQTT 3.1.1, 3.1.4)', async () => {
    const { raw, letIn } = await undecided();
    raw.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a', qos: 1 }] });
    stage.publish(raw, 'b', 'hello', 1, 2);
    await aMoment();
    expect([raw.unread, endpoint.asked, endpoint.publishes]).toEqual([[], [], []]);
    letIn();
    await raw.next('connack');
    expect((await raw.next('suback')).granted).toEqual([1]);
    expect((await raw.next('puback')).messageId).toBe(2);
    expect(endpoint.publishes).toEqual([{ topic: 'b', payload: Buffer.from('hello'), qos: 1 }]);
  });

  test('what follows a CONNECT that is refused counts for nothing', async () => {
    endpoint.onOpening = async () => {
      await aMoment();
      return { returnCode: 4 };
    };
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    stage.publish(raw, 'b', 'hello', 1, 2);
    await raw.closed;
    expect([endpoint.asked, endpoint.publishes]).toEqual([[], []]);
  });

  test('a client that goes before its answer is told to have gone, and not to be open', async () => {
    const { raw, letIn } = await undecided();
    const link = await eventually(() => {
      expect(endpoint.links).toHaveLength(1);
      return endpoint.links[0]!;
    });
    await raw.close();
    await stage.endingOf(link);
    expect(link.isClosed).toBe(true);
    letIn();
    await aMoment();
    expect([endpoint.opens, stage.broker.clients()]).toEqual([[], 0]);
  });

  test('a second CONNECT ends the connection [MQTT-3.1.0-2]', async () => {
    const { raw, link } = await stage.open();
    raw.send(stage.connectPacket());
    await raw.closed;
    await stage.endingOf(link);
    expect(endpoint.links).toHaveLength(1);
  });

  test.each([
    ['another packet', Buffer.from([0xc0, 0x00])],
    ['what is no MQTT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('a connection that begins with %s ends [MQTT-3.1.0-1]', async (_what, bytes) => {
    const raw = await stage.dial();
    raw.sendBytes(bytes);
    raw.sendBytes(Buffer.alloc(stage.tested.maxPacketBytes + 1024, 0xff));
    await raw.closed;
    expect(endpoint.links).toEqual([]);
  });
};
