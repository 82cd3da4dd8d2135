/** The HTTPS interface for devices, as routes of the node's HTTP server. */
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Problem } from '@alink/alink';
import { type Logger, monotonicClock, type RouteHandler } from '@alink/runtime';
import { hostPort } from '@alink/text';
import { DirectoryUnavailable, NotServedByDm } from '../directory/records';
import { lockInWords } from '../guard/guard-refusals';
import type { Claim, LoginLockout } from '../guard/login-lockout';
import type { Journal } from '../journal';
import { peerOf } from '../link/peer';
import { unmappedAddress } from '../transport/unmapped-address';
import { ProblemLines } from '../uplink/problem-lines';
import { answer, type ErrorCode, type Outcome, type Refused } from './answer';
import { authenticateDevice } from './authenticate-device';
import { bootstrapRoutes } from './bootstrap';
import type { Login, LoginContext } from './login';
import type { MqttEndpoint } from './mqtt-endpoint';
import { noteRefusal } from './note-refusal';
import { noteRemarks } from './note-remarks';
import { readBody } from './read-body';
import { registerDevice } from './register-device';
import { readRequestFields } from './request-fields';

export interface AuthRoutesOptions extends LoginContext {
  readonly log: Logger;
  readonly journal: Pick<Journal, 'note'>;
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
  const { journal, log } = options;
  const lines = new ProblemLines(monotonicClock);
  const endpointFor = (request: IncomingMessage): MqttEndpoint =>
    options.publicEndpoint ?? askedEndpoint(request, options.mqttPort);
  const handler =
    (route: Route): RouteHandler =>
    async (request, response) => {
      const { outcome, claim, remarks } = await outcomeOf(request, options, route);
      answer(response, outcome);
      if (!('code' in outcome)) return claim && noteRemarks({ journal, lines }, claim, remarks ?? []);
      if (outcome.quiet) return;
      const { address } = peerOf(request.socket);
      if (claim) noteRefusal(journal, claim, address, outcome);
      else log.warn({ route: route.name, code: outcome.code, address }, `refused: ${outcome.cause}`);
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
      read: (fields, request) => authenticateDevice(fields, endpointFor(request), options),
    }),
    ...bootstrapRoutes(endpointFor),
  };
};

interface Decided {
  readonly outcome: Outcome;
  /** Whom the request is about, where it is well-formed. */
  readonly claim?: Claim;
  /** What was odd about it, though it was granted. */
  readonly remarks?: readonly Problem[];
}

const refused = (code: ErrorCode, cause: string): Decided => ({ outcome: { code, cause } });

const outcomeOf = async (
  request: IncomingMessage,
  { plain, log, lockout }: AuthRoutesOptions,
  { read: readLogin, wrongSign }: Route,
): Promise<Decided> => {
  const { address, port, secure } = peerOf(request.socket);
  if (!secure && !plain) {
    request.resume();
    return refused(460, 'plain HTTP; use HTTPS, or set ALLOW_PLAIN_REGISTRATION=on in a closed network');
  }
  const body = await readBody(request);
  const read = body && readRequestFields(body, request.headers['content-type'] ?? '');
  if (!read) return refused(460, 'the body is no form, or not all of it has come');
  const login = readLogin(read.fields, request);
  if ('code' in login) return { outcome: login };
  const { claim } = login;
  const from = hostPort(address, port);
  const locked = lockout.refuses(claim, from);
  if (locked) {
    // The work of a check that fails, so that time tells nothing either.
    login.proves(undefined);
    const quiet = locked.heldBack === undefined;
    return { outcome: { code: wrongSign, cause: lockInWords(locked), quiet }, claim };
  }
  try {
    const outcome = await login.decide();
    if ('data' in outcome) lockout.succeeded(claim, from);
    else if (outcome.isFailure) {
      const slowed = lockout.failed(claim, from, () => outcome.cause);
      if (slowed) {
        await pause(slowed.lateMs);
        // Whoever has tried so many names learns no more of them.
        return { outcome: { ...outcome, code: wrongSign }, claim };
      }
    }
    return { outcome, claim, remarks: read.remarks };
  } catch (error) {
    log.error({ err: error }, 'a device could not be served over HTTPS');
    const cause = error instanceof DirectoryUnavailable || error instanceof NotServedByDm ? error.message : undefined;
    return { ...refused(500, cause ?? 'dm.rpc did not answer'), claim };
  }
};

/** The host that the device has asked; without a name (HTTP/1.0), the address that it has reached. */
const askedEndpoint = (request: IncomingMessage, port: number): MqttEndpoint => {
  const host = request.headers.host || unmappedAddress(request.socket.localAddress ?? '');
  // A port after the last colon, unless that colon is inside an IPv6 address.
  return { host: host.replace(/:\d+$/, '').slice(0, 100), port };
};
