/** How a server of a test speaks TLS. */
export interface ServerTls {
  /** Its certificate and key (PEM), as `testAuthority` writes them. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Authority of which every client must show a certificate. */
  readonly clientCaFile?: string;
}
