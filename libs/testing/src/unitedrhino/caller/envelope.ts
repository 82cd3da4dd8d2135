/** The envelope around each message on NATS, opened as unitedrhino's bus opens it (unitedrhino, share: events). */
import { objectionToSpan } from '../bus/span';
import type { RhinoUser } from '../wire/user-context';
import { GoStruct } from './go-json';

export interface ReadEnvelope {
  readonly data: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly user?: RhinoUser;
  /** Why the span context cannot be taken over: then the user is lost, too, and its services log an error. */
  readonly objection?: string;
}

/** @throws {SyntaxError | GoJsonError} on what its bus drops */
export const readEnvelope = (body: string): ReadEnvelope => {
  const envelope = GoStruct.parse(body, 'MsgHead');
  return {
    data: envelope.text('data'),
    timestamp: envelope.int('timestamp'),
    ...(envelope.has('userCtx') && { user: readUser(envelope.struct('userCtx', 'UserCtx')) }),
    objection: objectionToSpan(envelope.text('trace')),
  };
};

const readUser = (user: GoStruct): RhinoUser => ({
  TenantCode: user.text('TenantCode'),
  ProjectID: String(user.intText('ProjectID')),
  UserID: String(user.intText('UserID')),
  IsAdmin: user.bool('IsAdmin'),
  IsSuperAdmin: user.bool('IsSuperAdmin'),
  Account: user.text('Account'),
});
