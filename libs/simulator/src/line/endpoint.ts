/** Where devices connect to, and over what. */
export interface Endpoint {
  readonly transport: 'tcp' | 'tls' | 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
  /** Authorities that the node's certificate is checked with, in PEM; without them those of the system. */
  readonly ca?: Uint8Array;
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
}

/** What a device shows of itself, in PEM. */
export interface ClientCertificate {
  readonly cert: Uint8Array;
  readonly key: Uint8Array;
}

export const isEncrypted = ({ transport }: Pick<Endpoint, 'transport'>): boolean =>
  transport === 'tls' || transport === 'wss';

/** The same place over TLS: a node speaks both on its ports. */
export const encrypted = (endpoint: Endpoint): Endpoint => ({
  ...endpoint,
  transport: endpoint.transport === 'tcp' ? 'tls' : endpoint.transport === 'ws' ? 'wss' : endpoint.transport,
});
