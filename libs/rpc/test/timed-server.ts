import { services } from '@alink/contract';
import { createLogger, type Logger } from '@alink/runtime';
import { RpcError, serve, startRpcServer, type Handlers, type RpcServer, type RpcServerOptions } from '../src/index';

export const silent: Logger = createLogger({ name: 'test', level: 'silent' });

/** A logger that keeps its lines. */
export const recorder = () => {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', destination: { write: (line) => void lines.push(line) } });
  return { log, lines };
};

type TimedHandlers = Handlers<typeof services.timedManage>;

/** A real server of timedjob.TimedManage on a free port; methods that are not given answer 100018. */
export const startTimedServer = (
  handlers: Partial<TimedHandlers>,
  options: Partial<RpcServerOptions> = {},
): Promise<RpcServer> => {
  const missing = async () => {
    throw new RpcError(100018, 'not implemented');
  };
  const all = Object.fromEntries(Object.keys(services.timedManage.definition).map((name) => [name, missing]));
  return startRpcServer({
    host: '127.0.0.1',
    port: 0,
    services: [serve(services.timedManage, { ...(all as unknown as TimedHandlers), ...handlers })],
    log: silent,
    graceMs: 200,
    ...options,
  });
};

/** Resolves once the check holds; asks every few milliseconds. */
export const eventually = async (check: () => Promise<boolean> | boolean): Promise<void> => {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 10));
};
