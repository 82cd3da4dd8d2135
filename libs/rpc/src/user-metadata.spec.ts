import type { UserContext } from '@alink/contract';
import { Metadata } from '@grpc/grpc-js';
import { encodeUser, readUser, ROOT_USER, writeUser } from './user-metadata';

const metadataOf = (user: unknown): Metadata => {
  const metadata = new Metadata();
  writeUser(metadata, encodeUser(user as UserContext));
  return metadata;
};

test('root is sent as the services of unitedrhino send it', () => {
  const [sent] = metadataOf(ROOT_USER).get('ithings-user');
  expect(JSON.parse(Buffer.from(String(sent), 'base64').toString())).toEqual({
    TenantCode: 'default',
    ProjectID: '2',
    UserID: '0',
    IsAdmin: true,
    IsSuperAdmin: true,
    AllProject: true,
    AllArea: true,
    AllTenant: true,
  });
});

test('a context comes through whole, with members that nobody here knows', () => {
  const user = { TenantCode: 'acme', UserID: '1740358057038188544', RoleIDs: [5], ProjectAuth: { 7: { AuthType: 3 } } };
  expect(readUser(metadataOf(user))).toEqual(user);
  expect(readUser(new Metadata())).toBeUndefined();
});

test('an id that was written as a number is text afterwards', () => {
  expect(readUser(metadataOf({ UserID: 42, ProjectID: 2 }))).toEqual({ UserID: '42', ProjectID: '2' });
});

test.each<[unknown, string]>([
  [[1], ' is not a JSON object'],
  [{ IsAdmin: 'yes' }, ': IsAdmin must be true or false'],
  [{ IsSuperAdmin: 1 }, ': IsSuperAdmin must be true or false'],
  [{ TenantCode: 7 }, ': TenantCode must be text'],
  [{ UserID: 'bob' }, ': UserID must be a decimal number'],
  [{ ProjectID: 1.5 }, ': ProjectID must be a decimal number'],
])('%j is refused', (user, fault) => {
  expect(() => readUser(metadataOf(user))).toThrow(
    expect.objectContaining({ code: 100006, message: `metadata ithings-user${fault}` }),
  );
});
