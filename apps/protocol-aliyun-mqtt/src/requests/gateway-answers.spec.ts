/** The order in which questions about sub-devices are worked on. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Question } from '@alink/alink';
import { eventually } from '@alink/testing';
import { createGatewayBed, login, logout, named, signed, type GatewayBed } from '../../test/gateway-bed';

const running: GatewayBed[] = [];
const start = async () => {
  const bed = await createGatewayBed();
  running.push(bed);
  return { ...bed, gateway: await bed.online('dev-gateway') };
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((bed) => bed.stop()));
});

/** Holds back what dm says of a device until it is let go. */
const holdBack = ({ dm }: Pick<GatewayBed, 'dm'>, deviceName: string) => {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => (letGo = resolve));
  dm.onLookUp = (name) => (name === deviceName ? held : undefined);
  return { letGo: () => letGo() };
};

test('a logout waits for the login before it, whatever that waits for', async () => {
  const bed = await start();
  const { gateway, ask, sessions } = bed;
  const { letGo } = holdBack(bed, 'dev-sub1');
  const replies = [login('dev-sub1'), logout('dev-sub1'), login('dev-sub1')].map((question) => ask(gateway, question));
  letGo();
  expect((await Promise.all(replies)).map(({ code }) => code)).toEqual([200, 200, 200]);
  expect(sessions.size).toBe(2);
});

test('one that waits keeps no other sub-device waiting, unless it is in the same batch', async () => {
  const bed = await start();
  const { gateway, ask, through } = bed;
  await ask(gateway, login('dev-sub2', 'dev-sub3'));
  await ask(gateway, logout('dev-sub2', 'dev-sub3'));
  const { letGo } = holdBack(bed, 'dev-sub1');
  const batch = ask(gateway, login('dev-sub1', 'dev-sub2'));
  const after = ask(gateway, logout('dev-sub2'));
  expect(await ask(gateway, login('dev-sub3'))).toMatchObject({ code: 200 });
  expect(through('dev-sub2')).toBeUndefined();
  letGo();
  expect([await batch, await after]).toMatchObject([{ code: 200 }, { code: 200 }]);
  expect(['dev-sub1', 'dev-sub2'].map(through)).toEqual(['dev-gateway', undefined]);
});

test('one that fails keeps nobody waiting', async () => {
  const { dm, gateway, ask } = await start();
  dm.away = true;
  const failed = ask(gateway, login('dev-sub1'));
  const next = ask(gateway, logout('dev-sub1'));
  await expect(failed).rejects.toThrow('no dm.rpc here');
  expect(await next).toMatchObject({ code: 520 });
});

test('a sub-device that is added may log in by the next message', async () => {
  const { gateway, ask } = await start();
  const added = ask(gateway, { kind: 'topology.add', devices: [signed('dev1')] });
  expect(await ask(gateway, login('dev1'))).toMatchObject({ code: 200 });
  expect(await added).toMatchObject({ code: 200 });
});

test('who asks for the topology hears of the changes that it has asked for before', async () => {
  const bed = await start();
  const { dm, gateway, gateways } = bed;
  const asked: Question['kind'][] = [];
  dm.ask = async ({ kind }) => {
    asked.push(kind);
    return { code: 200 };
  };
  const { letGo } = holdBack(bed, 'dev1');
  const questions: Question[] = [
    { kind: 'topology.add', devices: [signed('dev1')] },
    { kind: 'topology.get' },
    { kind: 'topology.found', devices: [named('dev2')] },
  ];
  const replies = questions.map((question) => gateways.ask(question, gateway.session));
  await replies[2];
  expect(asked).toEqual(['topology.found']);
  letGo();
  await Promise.all(replies);
  expect(asked).toEqual(['topology.found', 'topology.bind', 'topology.get']);
});

test('replies about the topology are not kept once they are given', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const { dm, gateway, gateways } = await start();
  const replies: WeakRef<object>[] = [];
  dm.ask = async () => {
    const reply = { code: 200 };
    replies.push(new WeakRef(reply));
    return reply;
  };
  for (let n = 0; n < 20; n++)
    await gateways.ask({ kind: 'topology.delete', devices: [named('dev1')] }, gateway.session);
  await eventually(() => {
    collectGarbage();
    expect(replies.filter((reply) => reply.deref()).length).toBeLessThanOrEqual(1);
  });
});

test('nothing of it is asked by a sub-device', async () => {
  const { dm, gateway, ask, gateways, sessionOf } = await start();
  await ask(gateway, login('dev-sub1'));
  const questions: Question[] = [
    login('dev-sub2'),
    logout('dev-sub1'),
    { kind: 'topology.get' },
    { kind: 'topology.register', devices: [named('dev2')] },
  ];
  for (const question of questions) {
    expect(await gateways.ask(question, sessionOf('dev-sub1')!)).toMatchObject({ code: 460 });
  }
  expect(dm.asked).toEqual([]);
});
