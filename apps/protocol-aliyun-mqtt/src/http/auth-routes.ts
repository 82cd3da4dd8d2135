/** The HTTPS interface for devices, as routes of the gateway's HTTP server. */
import type { IncomingMessage } from 'node:http';
import type { Logger, RouteHandler } from '@alink/runtime';
import { peerOf } from '../transport/peer';
import { unmappedAddress } from '../transport/unmapped-address';
import type { LoginLockout } from '../guard/login-lockout';
import { answer, type ErrorCode, type Outcome, type Refused } from './answer';
import { authenticateDevice, type MqttEndpoint } from './authenticate-device';
import type { Login, LoginContext } from './login';
import { readBody } from './read-body';
import { readForm } from './form-body';
import { registerDevice } from './register-device';

export interface AuthRoutesOptions extends LoginContext {
  readonly log: Logger;
  /** Who has failed too often is refused from memory. */
  readonly lockout: Lockout;
  /** Whether requests without TLS are served. */
  readonly plain: boolean;
  /** Where devices are told to connect to; by default the host that they asked, at `mqttPort`. */
  readonly publicEndpoint: MqttEndpoint | undefined;
  readonly mqttPort: number;
}

/** Failed proofs by device and address; the same table as for MQTT logins. */
export type Lockout = Pick<LoginLockout, 'refuses' | 'failed' | 'succeeded'>;

type Fields = ReadonlyMap<string, string>;

interface Route {
  readonly name: string;
  /** The code of a wrong sign: what a locked-out device hears. */
  readonly wrongSign: ErrorCode;
  readonly read: (fields: Fields, request: IncomingMessage) => Login | Refused;
}

export const authRoutes = (options: AuthRoutesOptions): Record<string, RouteHandler> => {
  const handler =
    (route: Route): RouteHandler =>
    async (request, response) => {
      const outcome = await outcomeOf(request, options, route);
      if ('code' in outcome && !outcome.quiet) {
        const { address } = peerOf(request.socket);
        options.log.warn({ route: route.name, code: outcome.code, address }, `refused: ${outcome.cause}`);
      }
      answer(response, outcome);
    };
  return {
    'POST /auth/register/device': handler({
      name: 'register',
      wrongSign: 6600,
      read: (fields) => registerDevice(fields, options),
    }),
    'POST /auth/devicename': handler({
      name: 'devicename',
      wrongSign: 401,
      read: (fields, request) =>
        authenticateDevice(fields, options.publicEndpoint ?? askedEndpoint(request, options.mqttPort), options),
    }),
  };
};

const outcomeOf = async (
  request: IncomingMessage,
  { plain, log, lockout }: AuthRoutesOptions,
  { read, wrongSign }: Route,
): Promise<Outcome> => {
  const { address, port, secure } = peerOf(request.socket);
  if (!secure && !plain) {
    request.resume();
    return { code: 460, cause: 'plain HTTP; use HTTPS, or set ALLOW_PLAIN_REGISTRATION=on in a closed network' };
  }
  const body = await readBody(request);
  const fields = body && readFields(body, request.headers['content-type'] ?? '');
  if (!fields) return { code: 460, cause: 'the body is no form, or not all of it has come' };
  const login = read(fields, request);
  if ('code' in login) return login;
  const { claim } = login;
  const from = `${address}:${port}`;
  if (lockout.refuses(claim, from)) {
    // The work of a check that fails, so that time tells nothing either.
    login.proves(undefined);
    return { code: wrongSign, cause: 'too many failures; locked for a while', quiet: true };
  }
  try {
    const outcome = await login.decide();
    if ('data' in outcome) lockout.succeeded(claim, from);
    else if (outcome.isFailure) lockout.failed(claim, from);
    return outcome;
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
    return new Map(
      Object.entries(parsed)
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([name, value]) => [name, String(value)]),
    );
  } catch {
    return undefined;
  }
};

/** The host that the device has asked; without a name (HTTP/1.0), the address that it has reached. */
const askedEndpoint = (request: IncomingMessage, port: number): MqttEndpoint => {
  const host = request.headers.host || unmappedAddress(request.socket.localAddress ?? '');
  // A port after the last colon, unless that colon is inside an IPv6 address.
  return { host: host.replace(/:\d+$/, '').slice(0, 100), port };
};
