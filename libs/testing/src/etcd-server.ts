import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port';
import { temporaryFolder } from './guardian';
import { PATIENCE_MS } from './patience';
import { restartable, type RestartableServer } from './restartable-server';
import { ServerProcess } from './server-process';
import type { ServerTls } from './server-tls';

export interface TestEtcd extends RestartableServer {
  /** `127.0.0.1:<port>`; the same after a restart. */
  readonly hosts: string;
  /** Runs `etcdctl` against it and gives what it printed. */
  etcdctl(...args: string[]): Promise<string>;
}

/** A machine may be busy; a test that means something else says so behind it. */
const PATIENCE = [`--dial-timeout=${PATIENCE_MS}ms`, `--command-timeout=${PATIENCE_MS}ms`];

export interface EtcdServerOptions {
  /** Speaks TLS and nothing else; `caFile` is the authority of its certificate. */
  readonly tls?: ServerTls & { readonly caFile: string };
  /** Password of its user root; with it etcd's authentication is enabled. */
  readonly rootPassword?: string;
}

/** Starts an `etcd` of its own, a cluster of one, on a free port. */
export const startEtcd = async ({ tls, rootPassword }: EtcdServerOptions = {}): Promise<TestEtcd> => {
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const metricsUrl = `http://127.0.0.1:${await freePort()}`;
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
    // Whether it is healthy it tells here without TLS.
    'listen-metrics-urls': metricsUrl,
    // Alone it need not wait long before it elects itself.
    'heartbeat-interval': '20',
    'election-timeout': '200',
    ...(tls && { 'cert-file': tls.certFile, 'key-file': tls.keyFile }),
    ...(tls?.clientCaFile && { 'client-cert-auth': 'true', 'trusted-ca-file': tls.clientCaFile }),
  };
  const server = new ServerProcess({
    command: 'etcd',
    args: Object.entries(options).map(([name, value]) => `--${name}=${value}`),
    ready: () => isHealthy(metricsUrl),
  });
  await server.start();
  const trusted = tls ? [`--cacert=${tls.caFile}`, `--cert=${tls.certFile}`, `--key=${tls.keyFile}`] : [];
  const run = async (...args: string[]) => {
    const env = { ...process.env, ETCDCTL_API: '3' };
    const { stdout } = await promisify(execFile)('etcdctl', [`--endpoints=${url}`, ...trusted, ...PATIENCE, ...args], {
      env,
    });
    return stdout;
  };
  if (rootPassword !== undefined) {
    await run('user', 'add', `root:${rootPassword}`);
    await run('user', 'grant-role', 'root', 'root');
    await run('auth', 'enable');
  }
  const login = rootPassword === undefined ? [] : [`--user=root:${rootPassword}`];
  return {
    hosts: url.replace(/^https?:\/\//, ''),
    ...restartable(server, folder, data),
    etcdctl: (...args) => run(...login, ...args),
  };
};

const isHealthy = async (url: string): Promise<void> => {
  const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(1000) });
  const { health } = (await answer.json()) as { health?: string };
  if (health !== 'true') throw new Error('etcd has no leader yet');
};
