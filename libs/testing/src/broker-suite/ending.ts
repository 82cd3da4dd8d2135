/** How links end, and what is told of it. */
import { performance } from 'node:perf_hooks';
import { aMoment, type Stage } from './stage';

export const ending = (stage: Stage): void => {
  const { endpoint } = stage;
  const ifKicked = stage.tested.can.kick ? test : test.skip;

  ifKicked('by the node: with its reason, and known to be over when that resolves', async () => {
    const { raw, link } = await stage.open();
    await link.end('the device was deleted');
    expect(endpoint.ends).toEqual([{ link, ending: { how: 'ended', why: 'the device was deleted' } }]);
    expect([link.isClosed, link.send({ topic: 'a', payload: 'x', qos: 0 })]).toEqual([true, 'offline']);
    await raw.closed;
    expect(stage.broker.clients()).toBe(0);
  });

  ifKicked('of several reasons the first counts, and the end is told once', async () => {
    const { raw, link } = await stage.open();
    await Promise.all([link.end('first'), link.end('second')]);
    await link.end('third');
    await raw.closed;
    await aMoment();
    expect(endpoint.ends).toEqual([{ link, ending: { how: 'ended', why: 'first' } }]);
  });

  ifKicked('by the node, before the client is let in: it is not', async () => {
    endpoint.onOpening = async (link) => {
      await link.end('taken over');
      return { session: 's' };
    };
    const raw = await stage.dial();
    raw.send(stage.connectPacket());
    await raw.closed;
    expect([raw.unread, endpoint.opens, endpoint.ends.length]).toEqual([[], [], 1]);
  });

  test('DISCONNECT is told apart from a connection that is lost', async () => {
    const { raw, link } = await stage.open();
    raw.send({ cmd: 'disconnect' });
    await raw.closed;
    expect(await stage.endingOf(link)).toEqual({ how: 'disconnected' });
    const lost = await stage.open();
    await lost.raw.close();
    expect(await stage.endingOf(lost.link)).toEqual({ how: 'lost' });
    expect(stage.broker.clients()).toBe(0);
  });

  test('a client that is silent for 1.5 times its keepalive is cut [MQTT-3.1.2-24]', async () => {
    const { raw, link } = await stage.open({ keepalive: 1 });
    const from = performance.now();
    await raw.closed;
    expect(await stage.endingOf(link)).toEqual({ how: 'silent' });
    expect(performance.now() - from).toBeGreaterThan(1400);
  });

  test('a client that sends PINGREQ in time is not', async () => {
    const { raw } = await stage.open({ keepalive: 1 });
    for (let n = 0; n < 4; n++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await stage.settled(raw);
    }
    expect([raw.isClosed, endpoint.ends]).toEqual([false, []]);
  });

  test('what is no packet ends the connection', async () => {
    const { raw, link } = await stage.open();
    // PUBLISH with QoS 3 (MQTT 3.1.1, 3.3.1.2).
    raw.sendBytes(Buffer.from([0x36, 0x05, 0x00, 0x01, 0x61, 0x00, 0x01]));
    await raw.closed;
    expect(await stage.endingOf(link)).toMatchObject({ how: 'failed' });
  });

  test('when the broker stops, every link ends', async () => {
    const links = [await stage.open({ clientId: 'a' }), await stage.open({ clientId: 'b' })];
    await stage.broker.stop();
    for (const { raw, link } of links) {
      await raw.closed;
      await stage.endingOf(link);
    }
    expect(stage.broker.clients()).toBe(0);
  });
};
