export { checkHealth, type CheckHealthOptions, type Health } from './check-health';
export { withDatabaseErrors, type DatabaseErrorsOptions, type DatabaseFault } from './database-errors';
export { badField } from './request-text';
export { RpcError, type RpcErrorOptions } from './rpc-error';
export { connectRpc, type RpcChannel, type RpcChannelOptions } from './rpc-channel';
export { startRpcServer, type RpcServerOptions } from './rpc-server';
export {
  assertProtected,
  expectService,
  rpcClientSettings,
  rpcServerSettings,
  type ClientSecurity,
  type RpcServerSettings,
  type ServerSecurity,
} from './protection';
export { withRights, type FieldsOfUsers, type Right, type RightsOf, type WithoutUser } from './rights';
export { serve, type ServedService } from './serve';
export { withTrailer } from './trailer';
export type { WatchedFacts } from './status-service';
export { etcdPart, natsPart, postgresPart } from './watched-parts';
export type { CallContext, CallOptions, Client, Handlers, RpcServer } from './types';
export { ROOT_USER } from './user-metadata';
