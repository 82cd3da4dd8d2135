/** What a device needs to connect: for each way in, over each transport. */
import type { ThingModel } from '@alink/thing-model';
import { awaitPushLine, publishLine, subscribeLine } from './client-line';
import { isEncrypted, type Endpoint, type Transport } from './endpoint';
import { authenticateLine, registerLine, type HttpEndpoint } from './http-requests';
import { loginOf, type Signer, type Way } from '@alink/signing';
import { sampleReport } from './sample-report';

/** What a device needs to connect, and command lines that do it. A type, so that it is a row of output. */
export type ConnectParams = {
  readonly transport: Transport;
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly username: string;
  /** Undefined where a certificate decides. */
  readonly password: string | undefined;
  /** Shows the property sets that arrive; of a registration, the credentials. */
  readonly subscribe: string;
  /** Reports a property of the model; undefined where the model has none, and of a registration. */
  readonly publish: string | undefined;
};

/** The same for HTTPS: two requests with curl. */
export type HttpParams = {
  readonly host: string;
  readonly port: number;
  /** Fetches the DeviceSecret of a device that is not activated yet. */
  readonly register: string;
  /** Fetches an iotId and an iotToken. */
  readonly authenticate: string;
};

export const connectParams = (way: Way, endpoint: Endpoint, signer: Signer, model: ThingModel): ConnectParams => {
  const { transport, host, port } = endpoint;
  const login = loginOf(way, signer, isEncrypted(transport));
  const shown = { transport, host, port, ...login };
  if (way.mode === 'register' || way.mode === 'regnwl') {
    return { ...shown, subscribe: awaitPushLine(endpoint, login, `/ext/${way.mode}`), publish: undefined };
  }
  const base = `/sys/${signer.productKey}/${signer.deviceName}/thing`;
  const report = sampleReport(model);
  return {
    ...shown,
    subscribe: subscribeLine(endpoint, login, `${base}/service/property/set`),
    publish: report && publishLine(endpoint, login, `${base}/event/property/post`, report),
  };
};

export const httpParams = (
  endpoint: HttpEndpoint,
  signer: Signer,
  secrets: { readonly productSecret: string; readonly deviceSecret: string },
): HttpParams => ({
  host: endpoint.host,
  port: endpoint.port,
  register: registerLine(endpoint, signer, secrets.productSecret),
  authenticate: authenticateLine(endpoint, signer, secrets.deviceSecret),
});
