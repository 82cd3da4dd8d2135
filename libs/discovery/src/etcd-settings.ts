/** How etcd is reached, read from the configuration. */
import { readTlsFiles, requireBoth, StartError, type EtcdConfig, type TlsFiles } from '@alink/runtime';

export interface EtcdSettings {
  /** Addresses, in a list or separated by commas: `host:2379`, `http://host:2379` or `https://host:2379`. */
  readonly hosts: string | readonly string[];
  /** Read when the client starts, or logs in anew. With them TLS is spoken with all hosts, as with `https://`. */
  readonly tls?: TlsFiles;
  /** Where etcd's authentication is enabled. */
  readonly login?: { readonly user: string; readonly password: string };
}

/**
 * Reads where etcd is, how it is trusted and who asks; the files are tried out.
 * @throws {StartError} when settings are incomplete or contradict each other, or a file cannot be used
 */
export const etcdSettings = (config: EtcdConfig): EtcdSettings => {
  const { ETCD_HOSTS: hosts, ETCD_USER: user, ETCD_PASSWORD: password } = config;
  const tls = { caFile: config.ETCD_CA_FILE, certFile: config.ETCD_CERT_FILE, keyFile: config.ETCD_KEY_FILE };
  requireBoth({ ETCD_CERT_FILE: tls.certFile, ETCD_KEY_FILE: tls.keyFile });
  requireBoth({ ETCD_USER: user, ETCD_PASSWORD: password });
  const hasFiles = tls.caFile !== undefined || tls.certFile !== undefined;
  requireOneScheme(hosts, hasFiles);
  if (hasFiles) readTlsFiles('etcd', tls);
  return {
    hosts,
    ...(hasFiles && { tls }),
    ...(user !== undefined && password !== undefined && { login: { user, password } }),
  };
};

/** TLS is spoken with all hosts or with none: nobody shall think that it is where it is not. */
const requireOneScheme = (hosts: readonly string[], hasFiles: boolean): void => {
  const encrypted = hosts.filter((host) => host.startsWith('https://'));
  if (encrypted.length > 0 && encrypted.length < hosts.length) {
    throw new StartError('ETCD_HOSTS must have https:// before each of its hosts, or before none');
  }
  const plain = hosts.find((host) => host.startsWith('http://'));
  if (plain && hasFiles) {
    throw new StartError(
      `ETCD_HOSTS says ${plain}, which is plain text, and ETCD_CA_FILE or ETCD_CERT_FILE ask for TLS`,
    );
  }
};
