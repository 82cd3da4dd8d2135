/** How NATS is reached, read from the configuration. */
import { readTlsFiles, requireBoth, type NatsConfig, type TlsFiles } from '@alink/runtime';

export interface NatsSettings {
  /** Addresses, separated by commas. */
  readonly servers: string;
  /** Files that are read at every connect, so that a renewed certificate is used. With any of them TLS is asked for. */
  readonly tls?: TlsFiles;
}

/**
 * Reads where NATS is and how it is trusted; the files are tried out.
 * @throws {StartError} when settings are incomplete, or a file cannot be used
 */
export const natsSettings = (config: NatsConfig): NatsSettings => {
  const { NATS_URL: servers, NATS_CA_FILE: caFile, NATS_CERT_FILE: certFile, NATS_KEY_FILE: keyFile } = config;
  requireBoth({ NATS_CERT_FILE: certFile, NATS_KEY_FILE: keyFile });
  if (caFile === undefined && certFile === undefined) return { servers };
  const tls = { caFile, certFile, keyFile };
  readTlsFiles('NATS', tls);
  return { servers, tls };
};
