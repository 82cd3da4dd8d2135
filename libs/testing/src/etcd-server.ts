import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port';
import { temporaryFolder } from './guardian';
import { PATIENCE_MS } from './patience';
import { restartable, type RestartableServer } from './restartable-server';
import { ServerProcess } from './server-process';

export interface TestEtcd extends RestartableServer {
  /** `127.0.0.1:<port>`; the same after a restart. */
  readonly hosts: string;
  /** Runs `etcdctl` against it and gives what it printed. */
  etcdctl(...args: string[]): Promise<string>;
}

const isHealthy = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
  const { health } = (await answer.json()) as { health?: string };
  if (health !== 'true') throw new Error('etcd has no leader yet');
};

/** A machine may be busy; a test that means something else says so behind it. */
const PATIENCE = [`--dial-timeout=${PATIENCE_MS}ms`, `--command-timeout=${PATIENCE_MS}ms`];

/** Starts an `etcd` of its own, a cluster of one, on a free port. */
export const startEtcd = async (): Promise<TestEtcd> => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const folder = temporaryFolder('etcd');
  const data = join(folder, 'data');
  const options: Record<string, string> = {
    name: 'test',
    'data-dir': data,
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `test=${peerUrl}`,
    // Alone it need not wait long before it elects itself.
    'heartbeat-interval': '20',
    'election-timeout': '200',
  };
  const server = new ServerProcess({
    command: 'etcd',
    args: Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ready: () => isHealthy(url),
  });
  await server.start();
  return {
    hosts: url.slice('http://'.length),
    ...restartable(server, folder, data),
    etcdctl: async (...args) => {
      const env = { ...process.env, ETCDCTL_API: '3' };
      const { stdout } = await promisify(execFile)('etcdctl', [`--endpoints=${url}`, ...PATIENCE, ...args], { env });
      return stdout;
    },
  };
};
