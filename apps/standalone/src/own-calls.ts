/** This process calls its own gRPC servers: what they ask of callers, it must be able to show. */
import { StartError, type GrpcClientConfig, type GrpcServerConfig } from '@alink/runtime';

/** @throws {StartError} naming the variable that is missing */
export const checkOwnCalls = (config: GrpcServerConfig & GrpcClientConfig): void => {
  const needed = [
    ['GRPC_TOKENS_FILE', 'GRPC_TOKEN', 'one of its tokens'],
    ['GRPC_TLS_CERT_FILE', 'GRPC_CLIENT_CA_FILE', 'the authority that signed it'],
    ['GRPC_TLS_CLIENT_CA_FILE', 'GRPC_CLIENT_CERT_FILE', 'a certificate of that authority'],
  ] as const;
  for (const [asked, shown, what] of needed) {
    if (config[asked] && !config[shown]) {
      throw new StartError(
        `${asked} is set, and the services of this process call each other: set ${shown} to ${what}`,
      );
    }
  }
};
