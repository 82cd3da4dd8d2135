import { connectNats } from '@alink/bus';
import { connectEtcd } from '@alink/discovery';
import { loadConfig, runMain, startApart } from '@alink/runtime';
import { createGateway } from './app';
import { gatewayConfigSchema } from './config';

const name = 'protocol-aliyun-mqtt';

await runMain({
  name,
  load: () => loadConfig(gatewayConfigSchema, process.env),
  start: (config, log, signal) =>
    startApart({ config, log, signal }, async ({ available, own, timeoutMs }) => {
      const nats = { servers: config.NATS_URL, name, connectTimeoutMs: timeoutMs, logger: log };
      const bus = own('NATS', await available('NATS', () => connectNats(nats)));
      const registry = own('etcd', connectEtcd({ hosts: config.ETCD_HOSTS, logger: log }));
      return createGateway({ config, bus, registry, log, signal });
    }),
});
