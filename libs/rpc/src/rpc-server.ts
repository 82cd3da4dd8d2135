import { portTaken, type Logger, type Metrics } from '@alink/runtime';
import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import { addReflection } from './reflection';
import { implementationOf, type CallObserver, type ServedService } from './serve';
import type { RpcServer } from './types';

export interface RpcServerOptions {
  /** Address to listen on. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly services: readonly ServedService[];
  readonly log: Logger;
  /** The variable that moves the port, for the error when it is taken. */
  readonly portVariable?: string;
  /** Counts calls and times them. */
  readonly metrics?: Metrics;
  /** Called once calls are accepted, with the port. */
  readonly onListen?: (port: number) => void | Promise<void>;
  /** Milliseconds that running calls have when the server stops (default 5000). */
  readonly graceMs?: number;
}

/** Bytes of one message in either direction; gRPC's own default for what is received. */
export const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

// What grpc-js would print on standard error reaches us as errors too.
setLogVerbosity(logVerbosity.NONE);

const SERVER_OPTIONS = {
  'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
  'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
  // A peer that vanished without a word is noticed within 80 s, so that its streams do not pile up.
  'grpc.keepalive_time_ms': 60_000,
  'grpc.keepalive_timeout_ms': 20_000,
  // One connection may not have more calls under way than this.
  'grpc.max_concurrent_streams': 1000,
};

/**
 * Serves gRPC without TLS, with the standard health service and reflection.
 * @throws {StartError} when the port is taken
 */
export const startRpcServer = async (options: RpcServerOptions): Promise<RpcServer> => {
  const { host, services, log, portVariable = 'the port', graceMs = 5000 } = options;
  const server = new Server(SERVER_OPTIONS);
  const observer = observe(options);
  for (const served of services) server.addService(served.service.definition, implementationOf(served, observer));

  const names = services.map(({ service }) => service.name);
  const health = new HealthImplementation();
  const sayHealth = (status: 'SERVING' | 'NOT_SERVING') => {
    for (const name of ['', ...names]) health.setStatus(name, status);
  };
  sayHealth('SERVING');
  health.addToServer(server);
  addReflection(
    server,
    services.map(({ service }) => service.package),
    names,
  );

  let port: number;
  try {
    port = await bind(server, host, options.port);
    await options.onListen?.(port);
  } catch (error) {
    server.forceShutdown();
    throw portTaken(error, options.port, portVariable);
  }
  log.info({ host, port, services: names }, 'gRPC listens');

  let stopping: Promise<void> | undefined;
  const stop = async () => {
    sayHealth('NOT_SERVING');
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

const bind = (server: Server, host: string, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
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
