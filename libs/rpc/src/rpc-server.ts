import { services } from '@alink/contract';
import { portTaken, type Logger, type Metrics, type PartWatch } from '@alink/runtime';
import { hostPort } from '@alink/text';
import { logVerbosity, Server, setLogVerbosity, type ServerCredentials } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { MAX_ANSWER_BYTES, MAX_REQUEST_BYTES } from './message-size';
import { assertProtected, type ServerSecurity } from './protection';
import { addReflection } from './reflection';
import { definitionOf, implementationOf, serve, type CallObserver, type ServedService } from './serve';
import { openGate, type ServerGate } from './server-gate';
import { statusHandlers, type WatchedFacts } from './status-service';
import type { RpcServer } from './types';

export interface RpcServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly services: readonly ServedService[];
  readonly log: Logger;
  /** What callers must show; nothing when left out. */
  readonly security?: ServerSecurity;
  /** Whether a server that asks for nothing may listen on more than loopback. */
  readonly allowInsecure?: boolean;
  /** The variable that moves the port, for the error when it is taken. */
  readonly portVariable?: string;
  /** Counts calls and times them. */
  readonly metrics?: Metrics;
  /** What the app needs: health and `alink.Status` say how it is. It is started and stopped by the app. */
  readonly watch?: PartWatch<WatchedFacts>;
  /** Called once calls are accepted, with the port. */
  readonly onListen?: (port: number) => void | Promise<void>;
  /** Milliseconds that running calls have when the server stops (default 5000). */
  readonly graceMs?: number;
}

// What grpc-js would print on standard error reaches us as errors too.
setLogVerbosity(logVerbosity.NONE);

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
  'grpc.max_send_message_length': MAX_ANSWER_BYTES,
  // A peer that vanished without a word is noticed within 80 s, so that its streams do not pile up.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // One connection may not have more calls under way than this.
  'grpc.max_concurrent_streams': 1000,
};

/** A certificate that has ended or was replaced counts for no longer than this: then callers connect anew. */
const MUTUAL_TLS_OPTIONS = {
  'grpc.max_connection_age_ms': 3_600_000,
  'grpc.max_connection_age_grace_ms': 60_000,
};

/**
 * Serves gRPC, with the standard health service, which asks nobody for a token, and reflection.
 * @throws {StartError} when the port is taken, a file of the security cannot be used, or others than this machine could
 *   call without a token or a certificate
 */
export const startRpcServer = async (options: RpcServerOptions): Promise<RpcServer> => {
  const { host, log, watch, security = {}, allowInsecure = false, portVariable = 'the port' } = options;
  const served = watch ? [...options.services, serve(services.status, statusHandlers(watch))] : options.services;
  assertProtected({ host, security, allowInsecure });
  const observer = observe(options);
  const onRefused = (method: string, code: number, peer: string): void => {
    observer.answered(method, code, 0);
    log.debug({ method, peer }, 'call refused');
  };
  const gate = openGate(host, security, onRefused, log);
  let server: Server | undefined;
  try {
    server = new Server({
      ...SERVER_OPTIONS,
      ...(security.tls?.clientCaFile && MUTUAL_TLS_OPTIONS),
      interceptors: gate.access.interceptors,
    });
    const sayHealth = addServices(server, served, observer, gate);
    const port = await bind(server, host, options.port, gate.credentials);
    await options.onListen?.(port);
    log.info({ host, port, services: namesOf(served), protection: protectionOf(security) }, 'gRPC listens');
    return running(server, port, options.graceMs ?? 5000, sayHealth, gate, watch);
  } catch (error) {
    gate.release();
    server?.forceShutdown();
    throw portTaken(error, options.port, portVariable);
  }
};

type SayHealth = (status: 'SERVING' | 'NOT_SERVING') => void;

const namesOf = (services: readonly ServedService[]): string[] => services.map(({ service }) => service.name);

/** What callers must show, in words. */
const protectionOf = ({ tls, tokensFile }: ServerSecurity): string => {
  const asked = [tls && (tls.clientCaFile ? 'client certificates' : 'TLS'), tokensFile && 'tokens'];
  return asked.filter(Boolean).join(', ') || 'none';
};

const addServices = (
  server: Server,
  services: readonly ServedService[],
  observer: CallObserver,
  { access }: ServerGate,
): SayHealth => {
  for (const served of services) {
    server.addService(definitionOf(served), implementationOf(served, observer, access.actorOf));
  }
  const names = namesOf(services);
  const health = new HealthImplementation();
  const sayHealth: SayHealth = (status) => {
    for (const name of ['', ...names]) health.setStatus(name, status);
  };
  sayHealth('SERVING');
  health.addToServer(server);
  const packages = services.map(({ service }) => service.package);
  addReflection(server, packages, names);
  return sayHealth;
};

/** Milliseconds between two looks at what the watch has seen. */
const HEALTH_EVERY_MS = 500;

/** Keeps health in step with what the app needs. */
const followWatch = (watch: PartWatch<WatchedFacts>, sayHealth: SayHealth): NodeJS.Timeout => {
  const say = (): void => sayHealth(watch.ready === true ? 'SERVING' : 'NOT_SERVING');
  say();
  return setInterval(say, HEALTH_EVERY_MS).unref();
};

const running = (
  server: Server,
  port: number,
  graceMs: number,
  sayHealth: SayHealth,
  gate: ServerGate,
  watch?: PartWatch<WatchedFacts>,
): RpcServer => {
  let stopping: Promise<void> | undefined;
  const following = watch && followWatch(watch, sayHealth);
  const stop = async () => {
    clearInterval(following);
    sayHealth('NOT_SERVING');
    gate.release();
    await shutDown(server, graceMs);
  };
  return { port, stop: () => (stopping ??= stop()) };
};

const observe = ({ log, metrics }: RpcServerOptions): CallObserver => {
  const seconds = metrics?.histogram('rpc_server_seconds', 'Time to answer a gRPC call', ['method', 'code']);
  return {
    answered: (method, code, elapsed) => seconds?.observe({ method, code: String(code) }, elapsed),
    failed: (method, err) => log.error({ method, err }, 'call failed'),
  };
};

const bind = (server: Server, host: string, port: number, credentials: ServerCredentials): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(hostPort(host, port), credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });

const shutDown = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => {
      server.forceShutdown();
      resolve();
    }, graceMs);
    server.tryShutdown(() => {
      clearTimeout(timer);
      resolve();
    });
  });
