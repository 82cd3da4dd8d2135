import { connectNats, natsSettings } from '@alink/bus';
import { serviceKeys } from '@alink/contract';
import { connectEtcd, etcdSettings } from '@alink/discovery';
import { loadConfig, runMain, startApart } from '@alink/runtime';
import { createNode } from './app';
import { nodeConfigSchema } from './config';

const name = 'protocol-aliyun-mqtt';

await runMain({
  name,
  load: () => loadConfig(nodeConfigSchema, process.env),
  start: (config, log, signal) =>
    startApart({ config, log, signal }, async ({ available, own, timeoutMs }) => {
      const [natsAt, etcdAt] = [natsSettings(config), etcdSettings(config)];
      // Whether there is to be a stream of ours depends on whose dm.rpc it is.
      const nats = { ...natsAt, name, connectTimeoutMs: timeoutMs, logger: log, streamAtOnce: false };
      const bus = own('NATS', await available('NATS', () => connectNats(nats)));
      const registry = own('etcd', connectEtcd({ ...etcdAt, logger: log }));
      // Looked at by itself, so that what keeps us from it has a name; the services in it may come later.
      await available('etcd', () => registry.list(serviceKeys.dm));
      return createNode({ config, bus, registry, log, signal });
    }),
});
