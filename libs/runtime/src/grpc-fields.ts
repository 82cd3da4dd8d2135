/** Variables that say how gRPC is protected, on either side; `@alink/rpc` reads them. */
import type { z } from 'zod';
import { host, onOff, secret, text } from './config-fields';

/** How the gRPC servers of an app are protected. */
export const grpcServerFields = {
  /** Address that gRPC listens on; by default HOST. */
  GRPC_HOST: host('').unwrap().optional(),
  /** Certificate chain and key (PEM) with which gRPC speaks TLS. */
  GRPC_TLS_CERT_FILE: text('a file').optional(),
  GRPC_TLS_KEY_FILE: text('a file').optional(),
  /** Authorities (PEM) of which every caller must show a certificate. */
  GRPC_TLS_CLIENT_CA_FILE: text('a file').optional(),
  /** Lines `name:token`: every caller must send one of the tokens. */
  GRPC_TOKENS_FILE: text('a file').optional(),
  /** Whether gRPC may be open to whoever reaches its address; without it that is for loopback alone. */
  ALLOW_INSECURE_GRPC: onOff(false),
};

/** How an app shows itself to the gRPC servers that it calls. */
export const grpcClientFields = {
  /** Authorities (PEM) that sign the servers' certificates; with it gRPC is called over TLS. */
  GRPC_CLIENT_CA_FILE: text('a file').optional(),
  /** Certificate chain and key (PEM) to show to servers that want one. */
  GRPC_CLIENT_CERT_FILE: text('a file').optional(),
  GRPC_CLIENT_KEY_FILE: text('a file').optional(),
  /** Name that the servers' certificates must bear, in place of the one that is dialled. */
  GRPC_CLIENT_SERVER_NAME: text('a host name').optional(),
  /** Token to send to servers that want one. */
  GRPC_TOKEN: secret('a token of the tokens file').optional(),
};

type Output<T extends Readonly<Record<string, z.ZodType>>> = { readonly [K in keyof T]?: z.output<T[K]> };

export interface GrpcServerConfig extends Output<typeof grpcServerFields> {
  readonly HOST: string;
}
export type GrpcClientConfig = Output<typeof grpcClientFields>;
