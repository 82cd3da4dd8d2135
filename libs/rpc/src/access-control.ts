/** Who may call: a token where a tokens file is set, a certificate where TLS asks for one. */
import { Code } from '@alink/contract';
import {
  ServerInterceptingCall,
  status,
  type Metadata,
  type ServerInterceptor,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { RpcError } from './rpc-error';
import { toStatus } from './status-mapping';
import { admitStranger, endRefused, STRANGER_CALLS } from './strangers';
import type { TokenFile } from './token-file';

/** Probes of balancers and containers have no token, and learn nothing but that the server serves. */
const OPEN_TO_ALL = '/grpc.health.v1.Health/';

const TOO_MANY = `without a token no more than ${STRANGER_CALLS} calls may be under way on a connection`;

export interface AccessControl {
  readonly interceptors: ServerInterceptor[];
  /** Name of the caller's token, else the common name of its certificate. */
  actorOf(call: Pick<ServerUnaryCall<unknown, unknown>, 'metadata' | 'getAuthContext'>): string | undefined;
}

export interface AccessControlOptions {
  /** Without it no token is asked for. */
  readonly tokens?: TokenFile;
  /** Told of every call that was refused. */
  readonly onRefused: (method: string, code: number, peer: string) => void;
}

export const accessControl = ({ tokens, onRefused }: AccessControlOptions): AccessControl => {
  // The metadata of a call is the one object that both an interceptor and the handler see.
  const owners = new WeakMap<Metadata, string>();

  const checkToken: ServerInterceptor = ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const token = bearerToken(metadata);
            const owner = token === undefined ? undefined : tokens?.ownerOf(token);
            if (owner !== undefined) owners.set(metadata, owner);
            if (owner !== undefined) return pass(metadata);
            if (path.startsWith(OPEN_TO_ALL)) {
              if (admitStranger(call)) return pass(metadata);
              call.sendStatus({ code: status.RESOURCE_EXHAUSTED, details: TOO_MANY });
              return endRefused(call);
            }
            const why =
              token === undefined ? 'a token is needed (authorization: Bearer ...)' : 'the token is not valid';
            onRefused(path, Code.permission, call.getPeer());
            call.sendStatus({ ...toStatus(new RpcError(Code.permission, why)), code: status.UNAUTHENTICATED });
            endRefused(call);
          },
        }),
    });

  return {
    interceptors: tokens ? [checkToken] : [],
    actorOf: (call) => owners.get(call.metadata) ?? commonName(call.getAuthContext().sslPeerCertificate?.subject?.CN),
  };
};

/** The token in `authorization: Bearer <token>` (RFC 6750, section 2.1). */
const bearerToken = (metadata: Metadata): string | undefined => {
  const [value, ...others] = metadata.get('authorization');
  if (value === undefined || others.length > 0) return undefined;
  return /^Bearer +([\x21-\x7e]+)$/i.exec(String(value))?.[1];
};

/** A subject may hold several; Node gives them as a list. */
const commonName = (names: unknown): string | undefined => {
  const name: unknown = Array.isArray(names) ? names[0] : names;
  return typeof name === 'string' && name !== '' ? name : undefined;
};
