/** What dm changes takes effect on connections that stand, and on logins that are under way. */
import { jest } from '@jest/globals';
import { encodeEnvelope, subjects } from '@alink/contract';
import { systemClock } from '@alink/runtime';
import { deviceCredentials, type Credentials } from '@alink/signing';
import { eventually, type RawMqtt } from '@alink/testing';
import { cut } from './cut';
import { PRODUCT_KEY, secretOf, startDeviceNode, type DeviceNode } from './device-node';
import { ListedDm } from './listed-dm';

// Keys of the development CA take seconds on a busy machine.
let node: DeviceNode;
let dm: ListedDm;
beforeAll(async () => {
  dm = new ListedDm();
  node = await startDeviceNode({}, systemClock, { dm });
});
afterAll(() => node?.stop());

const DEVICE = subjects.cacheSync('cache:dm:device');
const PRODUCT = subjects.cacheSync('cache:dm:product');
const publish = (subject: string, data: string): void => node.bus.publish(subject, encodeEnvelope(data, Date.now()));
/** Tells of a change; without a name, that anything may have changed. */
const tell = (subject: string, deviceName?: string): void => {
  if (subject === PRODUCT) return publish(subject, PRODUCT_KEY);
  publish(subject, JSON.stringify(deviceName ? { productID: PRODUCT_KEY, deviceName } : {}));
};
/** A product as earlier versions of our dm tell of it, which runs beside a new node while an installation is updated. */
const formerData = JSON.stringify({ productID: PRODUCT_KEY });
const change = (deviceName: string, what: Parameters<ListedDm['change']>[1]): void => {
  dm.change(deviceName, what);
  tell(DEVICE, deviceName);
};
const reasonOf = (name: string): string | undefined =>
  node.activities.find(({ kind, deviceName }) => kind === 'disconnect' && deviceName === name)?.text;

let names = 0;
/** A name that no test has used. */
const newName = (): string => `dev-${++names}`;
const online = async (login: Credentials): Promise<RawMqtt> => {
  const { raw, code } = await node.connectAs(login);
  expect(code).toBe(0);
  return raw;
};
/** A device of its own, online. */
const newDevice = async (): Promise<{ deviceName: string; login: Credentials; raw: RawMqtt }> => {
  const deviceName = newName();
  const login = node.credentials(deviceName);
  const raw = await online(login);
  await eventually(() => expect(node.sessions.get(PRODUCT_KEY, deviceName)?.state).toBe('online'));
  return { deviceName, login, raw };
};
/** A device that logs in with an iotToken. */
const newTokenLogin = (): { deviceName: string; login: Credentials } => {
  const deviceName = newName();
  const username = `iot-${deviceName}`;
  dm.issue(deviceName, username, 'token');
  return { deviceName, login: { clientId: `${deviceName}|securemode=-1|`, username, password: 'token' } };
};

describe('a session is cut', () => {
  test.each<[string, (deviceName: string) => void, RegExp]>([
    ['disabled', (name) => change(name, { enabled: false }), /disabled/],
    ['given another secret', (name) => change(name, { secret: 'rotated' }), /credentials/],
    ['deleted', (name) => (dm.delete(name), tell(subjects.deviceDeleted, name)), /deleted/],
    ['reset', (name) => tell(subjects.deviceReset, name), /reset/],
    ['reset, of which only the time is heard', (name) => change(name, { resetAt: 1 }), /reset/],
  ])('when its device is %s', async (_how, apply, reason) => {
    const { deviceName, raw } = await newDevice();
    apply(deviceName);
    await cut(raw);
    await eventually(() => expect(reasonOf(deviceName)).toMatch(reason));
  });

  test('when anything may have changed, and it has', async () => {
    const [one, other] = [await newDevice(), await newDevice()];
    dm.change(one.deviceName, { enabled: false });
    tell(DEVICE);
    await cut(one.raw);
    expect(other.raw.isClosed).toBe(false);
  });

  test('when its token is revoked', async () => {
    const { deviceName, login } = newTokenLogin();
    const raw = await online(login);
    dm.revoke(login.username);
    tell(DEVICE, deviceName);
    await cut(raw);
  });

  test('of automatic registration, when the ProductSecret is another', async () => {
    const product = dm.product!;
    const deviceName = newName();
    dm.change(deviceName, { registration: 'auto' });
    const login = { productKey: PRODUCT_KEY, deviceName, deviceSecret: product.secret, securemode: '-2' };
    const raw = await online(deviceCredentials(login));
    const withSecret = await newDevice();
    dm.product = { ...product, secret: 'rotated' };
    tell(PRODUCT);
    await cut(raw);
    expect(withSecret.raw.isClosed).toBe(false);
    dm.product = product;
    tell(PRODUCT);
  });

  test.each([
    ['a cache notice', PRODUCT, PRODUCT_KEY],
    ['the news of it', subjects.productDeleted, PRODUCT_KEY],
    ['a cache notice of an earlier version', PRODUCT, formerData],
    ['the news of an earlier version', subjects.productDeleted, formerData],
  ])('when its product is deleted, told by %s', async (_what, subject, data) => {
    const { product } = dm;
    const { deviceName, raw } = await newDevice();
    dm.product = undefined;
    publish(subject, data);
    await cut(raw);
    await eventually(() => expect(reasonOf(deviceName)).toMatch(/deleted/));
    dm.product = product;
    tell(PRODUCT);
  });
});

describe('while nobody can be asked', () => {
  const warnings = (): number => node.lines.filter((line) => /sessions cannot be checked/.test(line)).length;
  afterEach(() => {
    dm.away = false;
  });

  test('sessions stand, with one line in the log; once there is an answer, they are cut', async () => {
    const some = [await newDevice(), await newDevice(), await newDevice()];
    const before = warnings();
    dm.away = true;
    for (const { deviceName } of some) change(deviceName, { enabled: false });
    await eventually(() => expect(warnings()).toBe(before + 1));
    expect(some.map(({ raw }) => raw.isClosed)).toEqual([false, false, false]);
    dm.away = false;
    for (const { raw } of some) await cut(raw);
    expect(warnings()).toBe(before + 1);
  });

  test('a reset cuts all the same', async () => {
    const { deviceName, raw } = await newDevice();
    dm.away = true;
    tell(subjects.deviceReset, deviceName);
    await cut(raw);
  });

  test('a device that is let in as it was known is looked at later', async () => {
    const { deviceName, login, raw } = await newDevice();
    await raw.close();
    dm.away = true;
    change(deviceName, { enabled: false });
    await eventually(async () => expect((await node.directory.find(PRODUCT_KEY, deviceName)).device).toBeDefined());
    const again = await online(login);
    dm.away = false;
    await cut(again);
  });

  test('one session that cannot be decided keeps no other waiting', async () => {
    const { login } = newTokenLogin();
    const stuck = await online(login);
    const { deviceName, raw } = await newDevice();
    const read = jest.spyOn(dm, 'readIotToken').mockRejectedValue(new Error('no answer'));
    dm.change(deviceName, { enabled: false });
    tell(DEVICE);
    await cut(raw);
    expect(stuck.isClosed).toBe(false);
    read.mockRestore();
    dm.revoke(login.username);
    await cut(stuck);
  });
});

describe('a change while a login is under way', () => {
  /** Runs it once, as soon as that device has been looked up and before the answer is there. */
  const whileLookedUp = (deviceName: string, apply: () => void): void => {
    dm.onLookUp = async (name) => {
      if (name !== deviceName) return;
      dm.onLookUp = () => undefined;
      apply();
      // The message is taken in a microtask.
      await new Promise(setImmediate);
    };
  };

  test('decides it', async () => {
    const deviceName = newName();
    whileLookedUp(deviceName, () => change(deviceName, { enabled: false }));
    const { raw, code } = await node.connect(deviceName);
    expect(code).toBe(5);
    await cut(raw);
  });

  test('cuts it where its credentials were looked up before', async () => {
    const { deviceName, login } = newTokenLogin();
    whileLookedUp(deviceName, () => {
      dm.revoke(login.username);
      tell(DEVICE, deviceName);
    });
    const raw = await online(login).catch(() => undefined);
    if (raw) await cut(raw);
    await eventually(() => expect(node.sessions.get(PRODUCT_KEY, deviceName)).toBeUndefined());
  });

  test('cuts it where the older session takes its time to end', async () => {
    const { deviceName, login, raw } = await newDevice();
    const session = node.sessions.get(PRODUCT_KEY, deviceName)!;
    const end = session.end.bind(session);
    let asked = false;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    session.end = async (reason) => {
      asked = true;
      await released;
      await end(reason);
    };
    // It may be cut before its CONNACK.
    const newer = node.connectAs(login).catch(() => undefined);
    await eventually(() => expect(asked).toBe(true));
    const { lookUps } = dm;
    change(deviceName, { secret: 'rotated' });
    await eventually(() => expect(dm.lookUps).toBeGreaterThan(lookUps));
    release();
    await cut(raw);
    const admitted = await newer;
    if (admitted) await cut(admitted.raw);
    await eventually(() => expect(node.sessions.get(PRODUCT_KEY, deviceName)).toBeUndefined());
  });
});

describe('a cloud publisher', () => {
  const publish = (raw: RawMqtt, deviceName: string, messageId: number): void =>
    raw.send({
      cmd: 'publish',
      topic: `/sys/${PRODUCT_KEY}/${deviceName}/thing/service/property/set`,
      payload: '{"id":"1","version":"1.0","params":{}}',
      qos: 1,
      messageId,
      dup: false,
      retain: false,
    });
  /** A device with its publisher, which has commanded it once; `commands` counts what it sends from then on. */
  const setUp = async () => {
    const { deviceName, login, raw: device } = await newDevice();
    const publisher = await online({ ...login, clientId: 'cloud_publisher_001' });
    publish(publisher, deviceName, 1);
    await publisher.next('puback');
    await device.next('publish');
    const commands: string[] = [];
    node.bus.subscribe(subjects.downOfDevice(PRODUCT_KEY, deviceName), ({ subject }) => commands.push(subject));
    return { deviceName, login, device, publisher, commands };
  };

  test.each<[string, (deviceName: string) => void]>([
    ['disabled', (name) => change(name, { enabled: false })],
    ['deleted', (name) => (dm.delete(name), tell(subjects.deviceDeleted, name))],
    ['reset', (name) => (dm.change(name, { resetAt: 1 }), tell(subjects.deviceReset, name))],
    ['given another secret', (name) => change(name, { secret: 'rotated' })],
  ])('is cut at its next command when the device was %s, and is not let in again', async (_how, apply) => {
    const { deviceName, login, device, publisher, commands } = await setUp();
    apply(deviceName);
    await cut(device);
    publish(publisher, deviceName, 2);
    await cut(publisher);
    expect(commands).toEqual([]);
    const again = await node.connectAs({ ...login, clientId: 'cloud_publisher_001' });
    expect(again.code).toBeGreaterThan(0);
    await cut(again.raw);
  });

  test('is cut at its next command when the device has logged in with another signature', async () => {
    const { deviceName, publisher, commands } = await setUp();
    const again = { productKey: PRODUCT_KEY, deviceName, deviceSecret: secretOf(deviceName), timestamp: 1 };
    await online(deviceCredentials(again));
    publish(publisher, deviceName, 2);
    await cut(publisher);
    expect(commands).toEqual([]);
  });

  test('stays when the device logs in as before, and when something else of it has changed', async () => {
    const { deviceName, login, publisher, commands } = await setUp();
    await online(login);
    tell(DEVICE, deviceName);
    publish(publisher, deviceName, 2);
    await publisher.next('puback');
    expect(commands).toHaveLength(1);
  });
});
