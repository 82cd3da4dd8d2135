/** What stands before a server's handlers: TLS and tokens, kept up to date from their files. */
import { StartError, type Logger } from '@alink/runtime';
import { ServerCredentials } from '@grpc/grpc-js';
import { accessControl, type AccessControl, type AccessControlOptions } from './access-control';
import { serverCredentials } from './certificate-files';
import { isLoopback, type ServerSecurity } from './protection';
import { TokenFile } from './token-file';

export interface ServerGate {
  readonly credentials: ServerCredentials;
  readonly access: AccessControl;
  /** Stops looking at the files. */
  release(): void;
}

/** @throws {StartError} when a file cannot be used */
export const openGate = (
  host: string,
  { tls, tokensFile }: ServerSecurity,
  onRefused: AccessControlOptions['onRefused'],
  log: Logger,
): ServerGate => {
  const tokens = tokensFile === undefined ? undefined : new TokenFile(tokensFile, log);
  try {
    if (tokens?.size === 0) throw new StartError(`the gRPC tokens file ${tokensFile} holds no token`);
    if (tokens && !tls && !isLoopback(host)) log.warn({ host }, 'gRPC tokens travel unencrypted: TLS is not set');
    const encrypted = tls && serverCredentials(tls, log);
    return {
      credentials: encrypted?.credentials ?? ServerCredentials.createInsecure(),
      access: accessControl({ tokens, onRefused }),
      release: () => {
        tokens?.stop();
        encrypted?.stop();
      },
    };
  } catch (error) {
    tokens?.stop();
    throw error;
  }
};
