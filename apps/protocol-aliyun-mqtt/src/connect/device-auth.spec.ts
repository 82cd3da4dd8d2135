/** `dg.DeviceAuth` itself; apart.spec asks it over gRPC, and admission.spec has the decisions. */
import { createMemoryBus } from '@alink/bus';
import { eventually } from '@alink/testing';
import { notedJournal } from '../../test/noted-journal';
import { lockedOut } from '../guard/guard-refusals';
import type { Attempt } from './attempt';
import { deviceAuth } from './device-auth';
import { refusals, type Refusal } from './refusals';
import type { Verdict } from './verdict';

const bus = createMemoryBus();
afterAll(() => bus.close());

const authThat = (refusal?: Refusal) => {
  const decided: Attempt[] = [];
  const { journal, activities } = notedJournal(bus);
  const decide = async (attempt: Attempt): Promise<Verdict> => {
    decided.push(attempt);
    return refusal ? { as: 'refused', refusal } : ({ as: 'device' } as Verdict);
  };
  const auth = deviceAuth({ decide }, journal);
  type Login = Parameters<typeof auth.loginAuth>[0];
  type Access = Parameters<typeof auth.accessAuth>[0];
  // What a handler knows of its call is not asked for here.
  const call = undefined as never;
  return {
    activities,
    decided,
    login: (fields: Partial<Login>) =>
      auth.loginAuth(
        {
          clientID: 'x|securemode=3|',
          username: 'dev1&pk',
          password: '',
          ip: '192.0.2.1',
          certificate: '',
          ...fields,
        } as Login,
        call,
      ),
    access: (access: string, topic: string, username = 'dev1&pk') =>
      auth.accessAuth({ username, topic, access } as Access, call),
  };
};
const code = { permission: 100012, parameter: 100006 };

test('a refused login leaves the line that it would leave at the node, and tells the broker only the code', async () => {
  const { login, activities } = authThat(refusals.unknownDevice());
  await expect(login({})).rejects.toMatchObject({
    code: code.permission,
    message: expect.not.stringMatching(/unknown/),
  });
  await eventually(() =>
    expect(activities).toMatchObject([
      {
        kind: 'refuse',
        productKey: 'pk',
        deviceName: 'dev1',
        code: 4,
        text: expect.stringMatching(/from 192\.0\.2\.1\): unknown device; check/),
      },
    ]),
  );
});

test('what is quiet at the node is quiet here', async () => {
  const { login, activities } = authThat(lockedOut(4, { leftMs: 1000, cause: '', heldBack: undefined }));
  await expect(login({})).rejects.toMatchObject({ code: code.permission });
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(activities).toEqual([]);
});

test.each(['register', 'regnwl'])(
  'a registration (%s) is not even decided: its credentials would be lost',
  async (authType) => {
    const { login, decided } = authThat();
    const clientID = `x|securemode=2,authType=${authType},random=1,signmethod=hmacsha1|`;
    await expect(login({ clientID })).rejects.toMatchObject({ code: code.permission });
    expect(decided).toEqual([]);
  },
);

test.each([
  ['pub', 'drop', /publish refused/],
  ['sub', 'refuseSubscribe', /subscribe refused/],
])('a foreign topic (%s) is refused with a line', async (access, kind, text) => {
  const { access: ask, activities } = authThat();
  const topic = `/sys/pk/dev2/${'x'.repeat(1000)}`;
  await expect(ask(access, topic)).rejects.toMatchObject({ code: code.permission });
  expect(activities).toMatchObject([{ kind, productKey: 'pk', deviceName: 'dev1', text: expect.stringMatching(text) }]);
  expect(activities[0]!.topic).toHaveLength(200);
});

test.each(['#&pk', 'dev1&+', `dev1&${'k'.repeat(1000)}`, 'dev1'])(
  'names that cannot be (%s) are refused',
  async (username) => {
    const { access, activities } = authThat();
    await expect(access('sub', '/sys/pk/dev1/thing/service/property/set', username)).rejects.toMatchObject({
      code: code.parameter,
    });
    expect(activities).toEqual([]);
  },
);
