import { z } from 'zod';
import { serviceKeys } from '@alink/contract';
import { baseUrl, commonFields, grpcClientFields, onOff, port, text, wholeNumber } from '@alink/runtime';
import { guardFields } from './guard/config';
import { transportFields } from './transport/config';

/** What the node itself needs; the standalone app gives the same. */
export const nodeFields = {
  ...transportFields,
  GATEWAY_GRPC_PORT: port(9108),
  /** Key in etcd under which `dg.DeviceAuth` of the nodes is found: another one where unitedrhino's dgsvr has `dg.rpc`. */
  DG_SERVICE_NAME: text('service name').default(serviceKeys.dg),
  /** Whether a client with a plain ClientID may publish to a device with that device's username and password. */
  CLOUD_PUBLISHER: onOff(true),
  /** `host:port` that `POST /auth/devicename` tells devices to connect to; by default the host that they asked. */
  PUBLIC_MQTT_ADDRESS: text('host:port').optional(),
  /** Whether devices may register (一型一密) over plain TCP and HTTP, for closed networks. */
  ALLOW_PLAIN_REGISTRATION: onOff(false),
  /** Whether client certificates signed with SHA-1, or with RSA keys under 2048 bits, prove a device. */
  ALLOW_WEAK_CERTIFICATES: onOff(false),
  /** Subjects among which reports are spread, so that a stream can be cut into several. */
  REPORT_SHARDS: wholeNumber(1, { min: 1, max: 64 }),
  /** Whether reports also go out in unitedrhino's form (`device.up.>`, core NATS), for whoever reads that beside dm.rpc. */
  FOREIGN_READERS: onOff(false),
  /** Whether devices also get replies that they have neither subscribed nor asked for by `_ss=1` in their ClientID. */
  UNASKED_REPLIES: onOff(false),
  /** Where devices reach the HTTP port of the nodes; read here where the dm is unitedrhino's. */
  FILES_BASE_URL: baseUrl().optional(),
  ...guardFields,
  ...grpcClientFields,
};

const { DATABASE_URL: _, ...shared } = commonFields;

/** Everything that can be set from outside when the node runs alone. */
export const nodeConfigSchema = z.object({ ...shared, ...nodeFields });
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
