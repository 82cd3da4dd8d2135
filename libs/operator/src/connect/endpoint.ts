/** Where a device connects to, and over what. */
export const transports = ['tcp', 'tls', 'ws', 'wss'] as const;
export type Transport = (typeof transports)[number];

export interface Endpoint {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  /** File of the authority that the node's certificate is checked with; without it those of the system. */
  readonly caFile?: string;
  /** Certificate and key of the device, in files. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string };
}

export const isEncrypted = (transport: Transport): boolean => transport === 'tls' || transport === 'wss';
