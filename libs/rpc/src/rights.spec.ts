import { services, type UserContext } from '@alink/contract';
import type { RpcError } from './rpc-error';
import { withRights, type Right, type RightsOf, type WithoutUser } from './rights';
import type { CallContext, Handlers } from './types';
import { ROOT_USER } from './user-metadata';

const { requests, deviceManage } = services;

const callOf = (user?: UserContext): CallContext => ({ user, deadlineMs: Infinity, peer: 'test' });

/** What becomes of a call of a method that needs this right. */
const call = async (right: Right, user?: UserContext, withoutUser: WithoutUser = 'none') => {
  const handlers: Handlers<typeof requests> = { ask: async () => ({ replies: [] }) };
  const { ask } = withRights(requests, handlers, { ask: right }, withoutUser);
  return ask({ questions: [] }, callOf(user)).then(
    () => 'let in',
    (error: RpcError) => error,
  );
};

const callers: Readonly<Record<string, UserContext | undefined>> = {
  nobody: undefined,
  'a user': { TenantCode: 'default', UserID: '42' },
  'a user who says nothing of itself': {},
  'an administrator of another tenant': { TenantCode: 'acme', UserID: '7', IsAdmin: true },
  'a super administrator of another tenant': { TenantCode: 'acme', IsSuperAdmin: true },
  'a super administrator who is no administrator': { TenantCode: 'default', IsSuperAdmin: true },
  'an administrator of the default tenant': { TenantCode: 'default', IsAdmin: true },
  root: ROOT_USER,
};

test.each<[keyof typeof callers, ...Right[]]>([
  ['nobody', 'anyone'],
  ['a user', 'anyone', 'user'],
  ['a user who says nothing of itself', 'anyone', 'user'],
  ['an administrator of another tenant', 'anyone', 'user', 'admin'],
  ['a super administrator of another tenant', 'anyone', 'user', 'admin'],
  ['a super administrator who is no administrator', 'anyone', 'user', 'admin'],
  ['an administrator of the default tenant', 'anyone', 'user', 'admin', 'root'],
  ['root', 'anyone', 'user', 'admin', 'root'],
])('%s may call what needs %s %s %s %s, and nothing else', async (caller, ...held) => {
  for (const right of ['anyone', 'user', 'admin', 'root'] as const) {
    const expected = held.includes(right) ? 'let in' : expect.objectContaining({ code: 100012 });
    expect([right, await call(right, callers[caller])]).toEqual([right, expected]);
  }
});

test('a call without a user is root where it may be, and has no right otherwise', async () => {
  expect(await call('root', undefined, 'root')).toBe('let in');
  expect(await call('user', undefined, 'none')).toMatchObject({ code: 100012 });
});

test('who is refused hears whom it takes and what to send', async () => {
  expect(await call('root', { TenantCode: 'acme', IsAdmin: true })).toMatchObject({
    message: 'ask needs root: metadata ithings-user with TenantCode "default" and IsAdmin',
    details: ['需要超管才能操作'],
  });
  expect(await call('admin', { UserID: '42' }, 'root')).toMatchObject({
    message: 'ask needs an administrator: metadata ithings-user with IsAdmin',
    details: [],
  });
  expect(await call('user')).toMatchObject({
    message: 'ask needs a user: metadata ithings-user; a call without it has no right here (CALLERS_WITHOUT_USER=none)',
    details: [],
  });
});

describe('fields of users', () => {
  /** What a handler gets of an update of a device's tags and switch. */
  const received = async (user: UserContext) => {
    let got: unknown;
    const nothing = async () => ({});
    const handlers = Object.fromEntries(Object.keys(deviceManage.definition).map((name) => [name, nothing]));
    const lines = Object.fromEntries(Object.keys(handlers).map((name) => [name, 'root']));
    const { deviceInfoUpdate } = withRights(
      deviceManage,
      {
        ...(handlers as unknown as Handlers<typeof deviceManage>),
        deviceInfoUpdate: async (info) => (got = info) && {},
      },
      {
        ...(lines as unknown as RightsOf<typeof deviceManage>),
        deviceInfoUpdate: { fieldsOfUsers: ['productID', 'deviceName', 'tags', 'deviceAlias'] },
      },
      'none',
    );
    const sent = { productID: 'p', deviceName: 'd', tags: { a: '1' }, isEnable: 2, expTime: { value: 5 }, phone: null };
    const { requestSerialize, requestDeserialize } = deviceManage.definition['deviceInfoUpdate']!;
    const request = requestDeserialize(requestSerialize(sent)) as Parameters<typeof deviceInfoUpdate>[0];
    await deviceInfoUpdate(request, callOf(user));
    return got;
  };

  test('of a plain user, what is not theirs counts as not sent', async () => {
    expect(await received({ UserID: '42' })).toMatchObject({
      productID: 'p',
      tags: { a: '1' },
      deviceAlias: null,
      isEnable: '0',
      expTime: null,
      groupIDs: [],
      protocolConf: {},
    });
  });

  test('of an administrator, everything counts', async () => {
    expect(await received({ IsAdmin: true })).toMatchObject({
      tags: { a: '1' },
      isEnable: '2',
      expTime: { value: '5' },
    });
  });
});

test('a method without a line, and a line for a field that is none, are mistakes', () => {
  // @ts-expect-error the method ask has no line
  const none: RightsOf<typeof requests> = {};
  expect(() => withRights(requests, { ask: async () => ({}) }, none, 'root')).toThrow('no right is set for ask');
  // @ts-expect-error the request has no field of this name
  const wrong: RightsOf<typeof requests> = { ask: { fieldsOfUsers: ['question'] } };
  expect(wrong).toBeDefined();
});
