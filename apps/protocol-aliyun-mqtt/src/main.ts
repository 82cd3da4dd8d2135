import { connectNats } from '@alink/bus';
import { connectEtcd } from '@alink/discovery';
import { loadConfig, runMain } from '@alink/runtime';
import { createGateway } from './app';
import { gatewayConfigSchema } from './config';

await runMain({
  name: 'protocol-aliyun-mqtt',
  load: () => loadConfig(gatewayConfigSchema, process.env),
  start: async (config, log, signal) => {
    const registry = connectEtcd({ hosts: config.ETCD_HOSTS, logger: log });
    const bus = await connectNats({ servers: config.NATS_URL, name: 'protocol-aliyun-mqtt', logger: log });
    const close = async (): Promise<void> => {
      await registry.close();
      await bus.close();
    };
    try {
      const gateway = await createGateway({ config, bus, registry, log, signal });
      return {
        stop: async () => {
          await gateway.stop();
          await close();
        },
      };
    } catch (error) {
      await close();
      throw error;
    }
  },
});
