import { serviceKeys, type UserContext } from '@alink/contract';
import { rpcClientSettings, type ClientSecurity } from '@alink/rpc';
import {
  etcdFields,
  grpcClientFields,
  loadConfig,
  port,
  text,
  type Environment,
  type EtcdConfig,
} from '@alink/runtime';
import * as z from 'zod';

/** Options that every command has. */
export interface GlobalOptions {
  readonly json?: boolean;
  readonly endpoint?: string;
  readonly jobEndpoint?: string;
  readonly token?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Whom the calls are made for; root when left out. */
  readonly user?: UserContext;
}

/** Where a service is to be found. */
export interface ServiceAddress {
  readonly service: string;
  /** The option that moves it. */
  readonly option: string;
  /** `host:port`, or `etcd:///<key>`. */
  readonly target: string;
  /** The same in words. */
  readonly where: string;
}

/** What dmctl reads from the environment. The ports are those of the services, so that moving them moves dmctl too. */
const schema = z.object({
  ...etcdFields,
  DM_GRPC_PORT: port(9081),
  TIMEDJOB_GRPC_PORT: port(9083),
  GATEWAY_GRPC_PORT: port(9108),
  DG_SERVICE_NAME: text('service name').optional(),
  GATEWAY_HTTP_PORT: port(9109),
  MQTT_PORT: port(1883),
  MQTT_TLS_PORT: port(8883),
  MQTT_WS_PORT: port(1882),
  ...grpcClientFields,
});

export interface Settings {
  /** Where etcd is and how it is reached; undefined without etcd. */
  readonly etcd: EtcdConfig | undefined;
  readonly dmPort: number;
  readonly jobPort: number;
  readonly nodePort: number;
  /** Key of the nodes in etcd, where it is said; dm.rpc knows it too. */
  readonly nodeService: string | undefined;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly mqttTlsPort: number;
  readonly mqttWsPort: number;
  /** What is trusted and shown. */
  readonly security: ClientSecurity;
}

/**
 * Reads the environment; what options say goes first.
 * @throws {StartError} naming what is bad
 */
export const readSettings = (env: Environment, { token, ca, cert, key }: GlobalOptions = {}): Settings => {
  const config = loadConfig(schema, env);
  return {
    // Without the variable there is no etcd to ask: the services of `npm start` register in their own process.
    etcd: env.ETCD_HOSTS?.trim() ? config : undefined,
    dmPort: config.DM_GRPC_PORT,
    jobPort: config.TIMEDJOB_GRPC_PORT,
    nodePort: config.GATEWAY_GRPC_PORT,
    nodeService: config.DG_SERVICE_NAME,
    httpPort: config.GATEWAY_HTTP_PORT,
    mqttPort: config.MQTT_PORT,
    mqttTlsPort: config.MQTT_TLS_PORT,
    mqttWsPort: config.MQTT_WS_PORT,
    security: rpcClientSettings({
      GRPC_TOKEN: token ?? config.GRPC_TOKEN,
      GRPC_CLIENT_CA_FILE: ca ?? config.GRPC_CLIENT_CA_FILE,
      GRPC_CLIENT_CERT_FILE: cert ?? config.GRPC_CLIENT_CERT_FILE,
      GRPC_CLIENT_KEY_FILE: key ?? config.GRPC_CLIENT_KEY_FILE,
      GRPC_CLIENT_SERVER_NAME: config.GRPC_CLIENT_SERVER_NAME,
    }),
  };
};

/** By the option, else through etcd, else at the port on this machine. */
export const addressOf = (
  service: 'dm' | 'timedjob',
  { endpoint, jobEndpoint }: GlobalOptions,
  { etcd, dmPort, jobPort }: Settings,
): ServiceAddress => {
  const key = serviceKeys[service];
  const given = service === 'dm' ? endpoint : jobEndpoint;
  const option = service === 'dm' ? '--endpoint' : '--job-endpoint';
  if (given) return { service: key, option, target: given, where: given };
  if (etcd) {
    return { service: key, option, target: `etcd:///${key}`, where: `${key} in etcd at ${etcd.ETCD_HOSTS.join(', ')}` };
  }
  const local = `localhost:${service === 'dm' ? dmPort : jobPort}`;
  return { service: key, option, target: local, where: local };
};
