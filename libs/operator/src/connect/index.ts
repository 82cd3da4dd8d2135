export { requestLine } from './client-line';
export { connectParams, httpParams, type ConnectParams, type HttpParams } from './connect-params';
export { isEncrypted, transports, type Endpoint, type Transport } from './endpoint';
export type { HttpEndpoint } from './http-requests';
export { shellLine, shellQuote } from './shell-quote';
