/** The HTTPS interface for devices, as routes of the gateway's HTTP server. */
import type { IncomingMessage } from 'node:http';
import type { Logger, RouteHandler } from '@alink/runtime';
import type { CredentialsSource } from '../directory/credentials-source';
import type { DeviceDirectory } from '../directory/device-directory';
import { peerOf } from '../transport/peer';
import { answer, type Outcome } from './answer';
import { authenticateDevice, type MqttEndpoint } from './authenticate-device';
import { readBody } from './read-body';
import { readForm } from './form-body';
import { registerDevice } from './register-device';

export interface AuthRoutesOptions {
  readonly directory: DeviceDirectory;
  readonly credentials: CredentialsSource;
  readonly log: Logger;
  /** Whether requests without TLS are served. */
  readonly plain: boolean;
  /** Where devices are told to connect to; by default the host that they asked, at `mqttPort`. */
  readonly publicEndpoint: MqttEndpoint | undefined;
  readonly mqttPort: number;
}

type Fields = ReadonlyMap<string, string>;

export const authRoutes = (options: AuthRoutesOptions): Record<string, RouteHandler> => {
  const route =
    (name: string, act: (fields: Fields, request: IncomingMessage) => Promise<Outcome>): RouteHandler =>
    async (request, response) => {
      const outcome = await outcomeOf(request, options, act);
      if ('code' in outcome) {
        const { address } = peerOf(request.socket);
        options.log.warn({ route: name, code: outcome.code, address }, `refused: ${outcome.cause}`);
      }
      answer(response, outcome);
    };
  return {
    'POST /auth/register/device': route('register', (fields) => registerDevice(fields, options)),
    'POST /auth/devicename': route('devicename', (fields, request) =>
      authenticateDevice(fields, options.publicEndpoint ?? askedEndpoint(request, options.mqttPort), options),
    ),
  };
};

const outcomeOf = async (
  request: IncomingMessage,
  { plain, log }: AuthRoutesOptions,
  act: (fields: Fields, request: IncomingMessage) => Promise<Outcome>,
): Promise<Outcome> => {
  if (!peerOf(request.socket).secure && !plain) {
    request.resume();
    return { code: 460, cause: 'plain HTTP; use HTTPS, or set ALLOW_PLAIN_REGISTRATION=on in a closed network' };
  }
  const body = await readBody(request);
  const fields = body && readFields(body, request.headers['content-type'] ?? '');
  if (!fields) return { code: 460, cause: 'the body is no form' };
  try {
    return await act(fields, request);
  } catch (error) {
    log.error({ err: error }, 'a device could not be served over HTTPS');
    return { code: 500, cause: 'dm.rpc did not answer' };
  }
};

/** A form, or the JSON object that the Link SDK for C 4.x sends for HTTP access. */
const readFields = (body: Buffer, contentType: string): Fields | undefined => {
  try {
    if (!contentType.includes('json')) return readForm(body);
    const parsed = JSON.parse(body.toString()) as unknown;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    return new Map(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return undefined;
  }
};

/** The host that the device has asked. */
const askedEndpoint = (request: IncomingMessage, port: number): MqttEndpoint => {
  const host = request.headers.host ?? '';
  // A port after the last colon, unless that colon is inside an IPv6 address.
  return { host: host.replace(/:\d+$/, '').slice(0, 100), port };
};
