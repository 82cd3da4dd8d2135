/**
 * Who calls: the metadata `ithings-user`, base64 of JSON. unitedrhino looks at it for each method; absent metadata is no
 * user and so no right.
 */
import type { Metadata } from '@grpc/grpc-js';
import { RhinoError } from './rhino-error';

/** The members that its services decide by (unitedrhino, share: the user context). */
export interface RhinoUser {
  readonly TenantCode: string;
  /** Decimal, as text. */
  readonly ProjectID: string;
  /** Decimal, as text. */
  readonly UserID: string;
  readonly IsAdmin?: boolean;
  readonly IsSuperAdmin?: boolean;
  readonly AllProject?: boolean;
  readonly AllArea?: boolean;
  readonly AllTenant?: boolean;
  readonly Account?: string;
}

const METADATA_KEY = 'ithings-user';

/** What unitedrhino's own services say when they act for themselves: everything of the default tenant is theirs. */
export const ROOT_USER: RhinoUser = {
  TenantCode: 'default',
  ProjectID: '2',
  UserID: '0',
  IsAdmin: true,
  IsSuperAdmin: true,
  AllProject: true,
  AllArea: true,
  AllTenant: true,
};

/** The user of a call; undefined where there is none, or what is there cannot be read. */
export const readRhinoUser = (metadata: Metadata): RhinoUser | undefined => {
  const [value] = metadata.get(METADATA_KEY);
  if (value === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(value.toString(), 'base64').toString('utf8')) as RhinoUser;
  } catch {
    return undefined;
  }
};

export const writeRhinoUser = (metadata: Metadata, user: RhinoUser): void =>
  metadata.set(METADATA_KEY, Buffer.from(JSON.stringify(user)).toString('base64'));

/** @throws {RhinoError} 100012 for whoever administers nothing */
export const requireAdmin = (user: RhinoUser | undefined): void => {
  if (!user?.IsAdmin && !user?.IsSuperAdmin) throw new RhinoError(100012, [], '权限不足:只允许管理员操作');
};

/** @throws {RhinoError} 100012 for everybody but an administrator of the default tenant */
export const requireRoot = (user: RhinoUser | undefined): void => {
  if (user?.TenantCode !== 'default' || !user.IsAdmin) throw new RhinoError(100012, ['需要超管才能操作']);
};

/**
 * For what takes a user for granted.
 * @throws {RhinoError} 100007, which is how its callers hear of the panic
 */
export const requireUser = (user: RhinoUser | undefined): RhinoUser => {
  if (!user) throw new RhinoError(100007, ['runtime error: invalid memory address or nil pointer dereference']);
  return user;
};
