import { z } from 'zod';
import { commonFields, onOff, port } from '@alink/runtime';

/** What the gateway itself needs; the standalone app gives the same. */
export const gatewayFields = {
  MQTT_PORT: port(1883),
  GATEWAY_GRPC_PORT: port(9108),
  GATEWAY_HTTP_PORT: port(9109),
  /** Whether a client with a plain ClientID may publish to a device with that device's username and password. */
  CLOUD_PUBLISHER: onOff(true),
};

const { DATABASE_URL: _, DATA_DIR: __, ...shared } = commonFields;

/** Everything that can be set from outside when the gateway runs alone. */
export const gatewayConfigSchema = z.object({ ...shared, ...gatewayFields });
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
