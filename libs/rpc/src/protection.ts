/** How gRPC is protected, read from the configuration: what a server asks of its callers, what a client shows. */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { requireBoth, StartError, type GrpcClientConfig, type GrpcServerConfig } from '@alink/runtime';

/** What a server asks of its callers. Files are read when the server starts, and again when they change. */
export interface ServerSecurity {
  readonly tls?: {
    readonly certFile: string;
    readonly keyFile: string;
    /** Authorities of client certificates; with it every caller must show one. */
    readonly clientCaFile?: string;
  };
  /** Lines `name:token`; with it every caller must send one of the tokens, health checks excepted. */
  readonly tokensFile?: string;
}

/** What a client trusts and shows. */
export interface ClientSecurity {
  /** With authorities TLS is spoken, without it is not. */
  readonly tls?: {
    readonly caFile: string;
    /** A certificate to show, with its key. */
    readonly certFile?: string;
    readonly keyFile?: string;
    /**
     * The name that the server's certificate must bear; by default the service key for a target `etcd:///dm.rpc`, the
     * host for a target `host:port`.
     */
    readonly serverName?: string;
  };
  readonly token?: string;
}

/** What `startRpcServer` needs to know of the configuration. */
export interface RpcServerSettings {
  readonly host: string;
  readonly security: ServerSecurity;
  readonly allowInsecure: boolean;
}

/**
 * Reads how the servers of an app listen. Call it before anything is started.
 * @throws {StartError} when settings are incomplete, or gRPC would be open to others than this machine unprotected
 */
export const rpcServerSettings = (config: GrpcServerConfig): RpcServerSettings => {
  const { GRPC_TLS_CERT_FILE: certFile, GRPC_TLS_KEY_FILE: keyFile, GRPC_TLS_CLIENT_CA_FILE: clientCaFile } = config;
  requireBoth({ GRPC_TLS_CERT_FILE: certFile, GRPC_TLS_KEY_FILE: keyFile });
  if (clientCaFile && !certFile) throw new StartError('GRPC_TLS_CLIENT_CA_FILE needs GRPC_TLS_CERT_FILE beside it');
  const settings = {
    host: config.GRPC_HOST ?? config.HOST,
    security: {
      ...(certFile && keyFile && { tls: { certFile, keyFile, clientCaFile } }),
      tokensFile: config.GRPC_TOKENS_FILE,
    },
    allowInsecure: config.ALLOW_INSECURE_GRPC ?? false,
  };
  assertProtected(settings);
  return settings;
};

/**
 * Reads what an app shows to the servers that it calls.
 * @throws {StartError} when settings are incomplete
 */
export const rpcClientSettings = (config: GrpcClientConfig): ClientSecurity => {
  const { GRPC_CLIENT_CA_FILE: caFile, GRPC_CLIENT_CERT_FILE: certFile, GRPC_CLIENT_KEY_FILE: keyFile } = config;
  requireBoth({ GRPC_CLIENT_CERT_FILE: certFile, GRPC_CLIENT_KEY_FILE: keyFile });
  if (certFile && !caFile) throw new StartError('GRPC_CLIENT_CERT_FILE needs GRPC_CLIENT_CA_FILE beside it');
  const token = config.GRPC_TOKEN;
  // gRPC would refuse it later, with an error that shows it.
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new StartError('GRPC_TOKEN must consist of visible ASCII characters');
  }
  return { ...(caFile && { tls: { caFile, certFile, keyFile, serverName: config.GRPC_CLIENT_SERVER_NAME } }), token };
};

/** The same with the name of the service that is expected, for an address that was found under that name. */
export const expectService = (security: ClientSecurity, service: string): ClientSecurity =>
  security.tls ? { ...security, tls: { ...security.tls, serverName: security.tls.serverName ?? service } } : security;

/**
 * Nobody but this machine gets at gRPC without a certificate or a token, unless that is wanted by name.
 * @throws {StartError} naming the choices
 */
export const assertProtected = ({ host, security, allowInsecure }: RpcServerSettings): void => {
  if (isLoopback(host) || security.tls?.clientCaFile || security.tokensFile || allowInsecure) return;
  throw new StartError(
    `gRPC would be open to everybody who reaches ${host}: set GRPC_HOST=127.0.0.1 to keep it on this machine, ` +
      'GRPC_TOKENS_FILE or GRPC_TLS_CLIENT_CA_FILE to ask callers for a token or a certificate (docs/grpc-security.md), ' +
      'or ALLOW_INSECURE_GRPC=on on a closed network',
  );
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Whether the address is reached from this machine only; a name other than localhost counts as public. */
export const isLoopback = (host: string): boolean => {
  if (host.toLowerCase() === 'localhost') return true;
  return isIP(host) !== 0 && loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
};
