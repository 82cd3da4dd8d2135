/** How TLS is spoken to devices: suites, versions, certificates; certificates from files are reloaded when they change. */
import type { Socket } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import { FollowedFiles, StartError, type Logger } from '@alink/runtime';
import { ProtocolFault } from '../link/protocol-fault';
import { developmentCertificates, type KeyAndCertificate } from './development-ca';

/** Suites of today, in the order of preference. */
const MODERN_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
];
/** All that the Link SDKs for C 3.x and 4.x offer: RSA key exchange with AES-CBC. */
const C_SDK_SUITES = ['AES128-SHA256', 'AES256-SHA256', 'AES128-SHA', 'AES256-SHA'];

export interface TlsOptions {
  /** Files of the RSA key and certificate chain (PEM); absent: a development CA makes them in `dataDir`. */
  readonly certFile?: string;
  readonly keyFile?: string;
  /** Files of an ECDSA pair beside it. */
  readonly ecdsaCertFile?: string;
  readonly ecdsaKeyFile?: string;
  /** Whether the suites of the C SDKs are offered. */
  readonly cSdkSuites: boolean;
  /** Whether TLS 1.0 and 1.1 are spoken, for old modems. */
  readonly oldVersions: boolean;
  readonly dataDir: string;
}

export interface DeviceTls {
  /** Speaks TLS on a raw connection; rejects when the handshake fails or takes too long. */
  handshake(socket: Socket): Promise<TLSSocket>;
  /** For people: where the certificates come from. */
  readonly description: string;
  /** Stops looking at the files. */
  stop(): void;
}

/** Milliseconds that a handshake may take: unfinished ones are bounded in time. */
const HANDSHAKE_MS = 10_000;

/**
 * Makes the TLS side of the device ports.
 * @throws {StartError} when a certificate or key cannot be read or do not belong together
 */
export const createDeviceTls = async (options: TlsOptions, log: Logger): Promise<DeviceTls> => {
  const settings = (pairs: readonly KeyAndCertificate[]): SecureContextOptions => ({
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key }) => key),
    minVersion: options.oldVersions ? 'TLSv1' : 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    honorCipherOrder: true,
    // OpenSSL counts SHA-1 signatures of TLS 1.0 and 1.1 as insecure: they need its lowest security level.
    ciphers: [
      ...MODERN_SUITES,
      ...(options.cSdkSuites ? C_SDK_SUITES : []),
      ...(options.oldVersions ? ['ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES256-SHA', '@SECLEVEL=0'] : []),
    ].join(':'),
  });
  const paths = pathsOf(options);
  if (!paths) {
    const { rsa, ecdsa, caFile, fingerprint } = await developmentCertificates(options.dataDir, Date.now());
    return {
      handshake: handshakes(createServer(settings([rsa, ecdsa]))),
      description: `development CA ${caFile} (SHA-256 ${fingerprint})`,
      stop: () => undefined,
    };
  }
  const files = new FollowedFiles({
    what: 'the TLS certificates (TLS_CERT_FILE and the variables beside it)',
    paths,
    parse: (contents) => {
      const pairs = pairsOf(contents);
      // Tried out first: a server that was given what does not work would be left without any.
      createSecureContext(settings(pairs));
      return pairs;
    },
    onChange: (pairs) => server.setSecureContext(settings(pairs)),
    log,
  });
  const server = createServer(settings(files.value));
  return {
    handshake: handshakes(server),
    description: `certificate ${paths[0]}`,
    stop: () => files.stop(),
  };
};

const createServer = (settings: SecureContextOptions): TlsServer =>
  createTlsServer({
    ...settings,
    handshakeTimeout: HANDSHAKE_MS,
    // Devices with X.509 show a certificate; all others show none and are let through to their password.
    requestCert: true,
    rejectUnauthorized: false,
  });

/** A handshake that is under way. */
interface Handshake {
  readonly done: (encrypted: TLSSocket) => void;
  /** Why it fails, until it has. */
  failure: Error;
}

/** Ties the server's events to the connections they are about, by the remote end, which both know. */
const handshakes = (server: TlsServer): DeviceTls['handshake'] => {
  const waiting = new Map<string, Handshake>();
  const keyOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
    `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
  server.on('secureConnection', (encrypted) => waiting.get(keyOf(encrypted))?.done(encrypted));
  // Failures end the socket, which is what is listened for.
  server.on('tlsClientError', (error: NodeJS.ErrnoException, encrypted) => {
    const handshake = waiting.get(keyOf(encrypted));
    if (handshake && /^ERR_(SSL|TLS)_/.test(error.code ?? '')) handshake.failure = handshakeFault(error);
    encrypted.destroy();
  });
  return (socket) =>
    new Promise((resolve, reject) => {
      const key = keyOf(socket);
      const handshake: Handshake = {
        done: (encrypted) => {
          waiting.delete(key);
          socket.off('close', onClose);
          resolve(encrypted);
        },
        failure: new Error('the TLS handshake did not succeed'),
      };
      const onClose = (): void => {
        waiting.delete(key);
        reject(handshake.failure);
      };
      waiting.set(key, handshake);
      socket.once('close', onClose);
      server.emit('connection', socket);
    });
};

const handshakeFault = ({
  code,
  message,
  reason,
}: NodeJS.ErrnoException & { readonly reason?: string }): ProtocolFault =>
  new ProtocolFault(
    `the TLS handshake failed: ${reason ?? message} (${code})`,
    'compare the CA that the device trusts and its clock with the certificate of this port, and its TLS versions and suites with TLS_OLD_VERSIONS and TLS_C_SDK_SUITES',
  );

/** The files of certificate and key by turns; undefined when none are named. */
const pathsOf = ({ certFile, keyFile, ecdsaCertFile, ecdsaKeyFile }: TlsOptions): string[] | undefined => {
  if (!certFile !== !keyFile) throw new StartError('TLS_CERT_FILE and TLS_KEY_FILE must be set together');
  if (!ecdsaCertFile !== !ecdsaKeyFile) {
    throw new StartError('TLS_ECDSA_CERT_FILE and TLS_ECDSA_KEY_FILE must be set together');
  }
  if (ecdsaCertFile && !certFile) {
    throw new StartError(
      'TLS_ECDSA_CERT_FILE stands beside an RSA certificate: set TLS_CERT_FILE and TLS_KEY_FILE too',
    );
  }
  if (!certFile || !keyFile) return undefined;
  return ecdsaCertFile && ecdsaKeyFile ? [certFile, keyFile, ecdsaCertFile, ecdsaKeyFile] : [certFile, keyFile];
};

const pairsOf = (contents: readonly Buffer[]): KeyAndCertificate[] =>
  contents.length === 0 ? [] : [{ cert: String(contents[0]), key: String(contents[1]) }, ...pairsOf(contents.slice(2))];
