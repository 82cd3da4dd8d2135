import { connectNats } from '@alink/bus';
import { connectEtcd } from '@alink/discovery';
import { loadConfig, runMain, startApart } from '@alink/runtime';
import { createNode } from './app';
import { nodeConfigSchema } from './config';

const name = 'protocol-aliyun-mqtt';

await runMain({
  name,
  load: () => loadConfig(nodeConfigSchema, process.env),
  start: (config, log, signal) =>
    startApart({ config, log, signal }, async ({ available, own, timeoutMs }) => {
      // Whether there is to be a stream of ours depends on whose dm.rpc it is.
      const nats = { servers: config.NATS_URL, name, connectTimeoutMs: timeoutMs, logger: log, streamAtOnce: false };
      const bus = own('NATS', await available('NATS', () => connectNats(nats)));
      const registry = own('etcd', connectEtcd({ hosts: config.ETCD_HOSTS, logger: log }));
      return createNode({ config, bus, registry, log, signal });
    }),
});
