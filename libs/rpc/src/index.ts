export { RpcError } from './rpc-error';
export type { CallContext, CallOptions, Client, Handlers, RpcServer } from './types';
// Made by their own files:
// startRpcServer({ host, port, services: [serve(services.deviceManage, handlers), ...], logger }): Promise<RpcServer>
// serve(service, handlers): checked pair
// connectRpc(target, { registry? }): RpcChannel { client(service), ready(timeoutMs), close() }
//   target: 'host:port' | 'etcd:///dm.rpc' (grpc-js resolver over a Registry, round robin)
