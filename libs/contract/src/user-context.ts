/**
 * Who asks, as gRPC metadata `ithings-user` and envelopes on NATS say it. Names and forms are unitedrhino's (its shared Go
 * module, `ctxs.UserCtx`), where every member may be left out; those that are not listed here travel along.
 */
export interface UserContext {
  /** `default` is the tenant of those who run the platform. */
  readonly TenantCode?: string;
  /** Decimal; "2" where no project is meant. */
  readonly ProjectID?: string;
  /** Decimal; "0" where no person stands behind the call. */
  readonly UserID?: string;
  /** The login name. */
  readonly Account?: string;
  readonly IsAdmin?: boolean;
  readonly IsSuperAdmin?: boolean;
  /** Whether every project, area and tenant is looked at, or the caller's own alone. */
  readonly AllProject?: boolean;
  readonly AllArea?: boolean;
  readonly AllTenant?: boolean;
  readonly [member: string]: unknown;
}
