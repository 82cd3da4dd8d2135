/**
 * Certificates from files, as grpc-js takes them on either side: what changes on disk is used for every connection that
 * is made afterwards. They are tried out first, since grpc-js would refuse all connections with ones that do not work.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext } from 'node:tls';
import { FollowedFiles, type Logger } from '@alink/runtime';
import { parseHostPort } from '@alink/text';
import { experimental, type ChannelCredentials, type ChannelOptions, type ServerCredentials } from '@grpc/grpc-js';
import type { ClientSecurity, ServerSecurity } from './protection';

type Provider = experimental.CertificateProvider;
type IdentityListener = experimental.IdentityCertificateUpdateListener;
type CaListener = experimental.CaCertificateUpdateListener;

interface Certificates {
  readonly ca?: Buffer;
  readonly identity?: { readonly certificate: Buffer; readonly privateKey: Buffer };
}
interface CertificatePaths {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** Hands certificates to grpc-js, and again after every change. */
class CertificateFiles implements Provider {
  private readonly files: FollowedFiles<Certificates>;
  private readonly identityListeners = new Set<IdentityListener>();
  private readonly caListeners = new Set<CaListener>();

  constructor({ caFile, certFile, keyFile }: CertificatePaths, log?: Logger) {
    const paths = [caFile, certFile, keyFile].filter((path) => path !== undefined);
    this.files = new FollowedFiles({
      what: 'the gRPC certificates',
      paths,
      parse: (contents) => {
        const rest = [...contents];
        const ca = caFile ? rest.shift() : undefined;
        const [certificate, privateKey] = rest;
        return usable({ ca, identity: certificate && privateKey && { certificate, privateKey } });
      },
      onChange: ({ ca, identity }) => {
        for (const listener of this.identityListeners) listener(identity ?? null);
        for (const listener of this.caListeners) listener(ca ? { caCertificate: ca } : null);
      },
      log,
    });
  }

  // Told a moment later, as grpc-js' own provider does: whoever asks is not ready to hear it at once.
  addIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.add(listener);
    process.nextTick(() => listener(this.files.value.identity ?? null));
  }
  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.identityListeners.delete(listener);
  }
  addCaCertificateListener(listener: CaListener): void {
    this.caListeners.add(listener);
    process.nextTick(() => {
      const { ca } = this.files.value;
      listener(ca ? { caCertificate: ca } : null);
    });
  }
  removeCaCertificateListener(listener: CaListener): void {
    this.caListeners.delete(listener);
  }

  stop(): void {
    this.files.stop();
  }
}

/** @throws {Error} when they cannot be read as certificates, or key and certificate do not belong together */
const usable = (certificates: Certificates): Certificates => {
  const { ca, identity } = certificates;
  if (ca) new X509Certificate(ca);
  if (identity) {
    const { certificate, privateKey } = identity;
    if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))) {
      throw new Error('the key is not that of the certificate');
    }
  }
  createSecureContext({ ca, cert: identity?.certificate, key: identity?.privateKey });
  return certificates;
};

/** Milliseconds that a caller has for its TLS handshake; Node's own bound is two minutes. */
const HANDSHAKE_MS = 10_000;

/** grpc-js hands what its credentials say on to Node's server, and has no option for this. */
const boundHandshakes = (credentials: ServerCredentials): void => {
  const asItWas = credentials._getConstructorOptions() ?? {};
  credentials._getConstructorOptions = () => ({ ...asItWas, handshakeTimeout: HANDSHAKE_MS });
};

/** Credentials that follow their files until they are stopped. */
export interface Following<T> {
  readonly credentials: T;
  stop(): void;
}

/** @throws {StartError} when a file cannot be read or used */
export const serverCredentials = (
  { certFile, keyFile, clientCaFile }: NonNullable<ServerSecurity['tls']>,
  log?: Logger,
): Following<ServerCredentials> => {
  const files = new CertificateFiles({ caFile: clientCaFile, certFile, keyFile }, log);
  const clientCa = clientCaFile === undefined ? null : files;
  const credentials = experimental.createCertificateProviderServerCredentials(files, clientCa, clientCa !== null);
  boundHandshakes(credentials);
  return { credentials, stop: () => files.stop() };
};

/** What TLS calls the server where it is dialled by its address: a name there cannot be one (RFC 6066, section 3). */
const NAME_OF_AN_ADDRESS = 'localhost';

/**
 * @param target what is dialled; the certificate of a `host:port` must bear the host, unless it is to bear another name
 * @throws {StartError} when a file cannot be read or used
 */
export const channelCredentials = (
  target: string,
  { caFile, certFile, keyFile, serverName }: NonNullable<ClientSecurity['tls']>,
  log?: Logger,
): Following<ChannelCredentials> & { readonly options: ChannelOptions } => {
  const files = new CertificateFiles({ caFile, certFile, keyFile }, log);
  const address = serverName === undefined ? addressOf(target) : undefined;
  const credentials = experimental.createCertificateProviderChannelCredentials(
    files,
    certFile ? files : null,
    address === undefined
      ? undefined
      : { checkServerIdentity: (_name, certificate) => checkServerIdentity(address, certificate) },
  );
  const name = serverName ?? (address && NAME_OF_AN_ADDRESS);
  return {
    credentials,
    options: name ? { 'grpc.ssl_target_name_override': name } : {},
    stop: () => files.stop(),
  };
};

/** The IP address in `127.0.0.1:9081` or `[::1]:9081`; undefined for any other target. */
const addressOf = (target: string): string | undefined => {
  const host = parseHostPort(target)?.host ?? '';
  return isIP(host) ? host : undefined;
};
