/**
 * What a caller must be for a method, told by the user context that it sends (metadata `ithings-user`). The levels and how
 * they are told are unitedrhino's (its shared Go module, `ctxs.IsRoot`, `ctxs.IsAdmin`). A context is what the caller says
 * of itself: who may call at all is decided before, by tokens and certificates.
 */
import { Code, type Service, type UserContext } from '@alink/contract';
import { RpcError } from './rpc-error';
import type { Handlers } from './types';
import { ROOT_USER } from './user-metadata';

/** From anyone at all to those who run the platform; each holds the rights of those before it. */
export type Right = 'anyone' | 'user' | 'admin' | 'root';

/** Any user may call it; of the request of one who is no admin these fields count, and the others as not sent. */
export interface FieldsOfUsers<Field = string> {
  readonly fieldsOfUsers: readonly Field[];
}

type FieldOf<Handler> = Handler extends (request: infer Request, ...rest: never[]) => unknown ? keyof Request : never;

/** A line for each method of a service; the compiler misses none. */
export type RightsOf<S> = {
  readonly [M in keyof Handlers<S>]: Right | FieldsOfUsers<FieldOf<Handlers<S>[M]>>;
};

/** What a call without a user context counts as: made by root, or by nobody, as in unitedrhino. */
export type WithoutUser = 'root' | 'none';

/** Whether the context is an administrator's, of whatever tenant. */
const isAdmin = (user: UserContext | undefined): boolean => user?.IsAdmin === true || user?.IsSuperAdmin === true;

interface Level {
  holds(user: UserContext | undefined): boolean;
  /** Whom it takes, and what to send. */
  readonly needs: string;
  /** What unitedrhino says beside the code, for clients that look there. */
  readonly details?: readonly string[];
}

const levels: Readonly<Record<Exclude<Right, 'anyone'>, Level>> = {
  user: { holds: (user) => user !== undefined, needs: 'a user: metadata ithings-user' },
  admin: { holds: isAdmin, needs: 'an administrator: metadata ithings-user with IsAdmin' },
  root: {
    holds: (user) => user?.TenantCode === ROOT_USER.TenantCode && user?.IsAdmin === true,
    needs: 'root: metadata ithings-user with TenantCode "default" and IsAdmin',
    details: ['需要超管才能操作'],
  },
};

/** Why a call is refused that does not say whom it is for. */
const UNSAID = '; a call without it has no right here (CALLERS_WITHOUT_USER=none)';

type AnyHandler = (request: object, context: { readonly user?: UserContext }) => Promise<unknown>;
type Line = Right | FieldsOfUsers;

/** The same handlers, which answer 100012 to callers who lack the right to call them. */
export const withRights = <S extends Service>(
  { definition }: S,
  handlers: Handlers<S>,
  rights: RightsOf<S>,
  withoutUser: WithoutUser,
): Handlers<S> => {
  const assumed = withoutUser === 'root' ? ROOT_USER : undefined;
  const guard = (method: string, handler: AnyHandler, line: Line): AnyHandler => {
    if (line === 'anyone') return handler;
    const { holds, needs, details } = levels[typeof line === 'string' ? line : 'user'];
    const ofUser = typeof line === 'string' ? undefined : onlyFields(definition[method], line.fieldsOfUsers);
    return async (request, context) => {
      const user = context.user ?? assumed;
      if (!holds(user))
        throw new RpcError(Code.permission, `${method} needs ${needs}${user ? '' : UNSAID}`, { details });
      return handler(ofUser && !isAdmin(user) ? ofUser(request) : request, context);
    };
  };
  const lines = rights as Readonly<Record<string, Line>>;
  const guarded = Object.entries(handlers as Readonly<Record<string, AnyHandler>>).map(([method, handler]) => {
    const line = lines[method];
    if (line === undefined) throw new TypeError(`no right is set for ${method}`);
    return [method, guard(method, handler, line)];
  });
  return Object.fromEntries(guarded) as Handlers<S>;
};

/** The request with these fields of it, and all others as where they were not sent. */
const onlyFields = (method: Service['definition'][string] | undefined, fields: readonly string[]) => {
  const unset = method?.requestDeserialize(Buffer.alloc(0));
  return (request: object): object => {
    const kept = Object.entries(request).filter(([field]) => fields.includes(field));
    return { ...unset, ...Object.fromEntries(kept) };
  };
};
