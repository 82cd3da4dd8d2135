import { z } from 'zod';
import { commonFields, grpcClientFields, onOff, port, text, wholeNumber } from '@alink/runtime';
import { guardFields } from './guard/config';

/** What the gateway itself needs; the standalone app gives the same. */
export const gatewayFields = {
  MQTT_PORT: port(1883),
  /** TLS only; the MQTT port speaks TLS too, told apart by the first byte. */
  MQTT_TLS_PORT: port(8883),
  /** MQTT over WebSocket, `ws` and `wss`. */
  MQTT_WS_PORT: port(1882),
  GATEWAY_GRPC_PORT: port(9108),
  GATEWAY_HTTP_PORT: port(9109),
  /** Whether a client with a plain ClientID may publish to a device with that device's username and password. */
  CLOUD_PUBLISHER: onOff(true),
  /** `host:port` that `POST /auth/devicename` tells devices to connect to; by default the host that they asked. */
  PUBLIC_MQTT_ADDRESS: text('host:port').optional(),
  /** Whether devices may register (一型一密) over plain TCP and HTTP, for closed networks. */
  ALLOW_PLAIN_REGISTRATION: onOff(false),
  /** Subjects among which reports are spread, so that a stream can be cut into several. */
  REPORT_SHARDS: wholeNumber(1, { min: 1, max: 64 }),
  /** Whether reports also go out in unitedrhino's form (`device.up.>`, core NATS), for whoever reads that beside dm.rpc. */
  FOREIGN_READERS: onOff(false),
  /** Certificate chain and key of the device ports (PEM); without them a development CA is made in DATA_DIR. */
  TLS_CERT_FILE: text('a file').optional(),
  TLS_KEY_FILE: text('a file').optional(),
  TLS_ECDSA_CERT_FILE: text('a file').optional(),
  TLS_ECDSA_KEY_FILE: text('a file').optional(),
  /** RSA key exchange with AES-CBC: all that the Link SDKs for C offer. */
  TLS_C_SDK_SUITES: onOff(true),
  /** TLS 1.0 and 1.1, for old modems. */
  TLS_OLD_VERSIONS: onOff(false),
  /** Addresses or networks of load balancers that send a PROXY header, with commas. */
  PROXY_PROTOCOL_FROM: text('addresses or networks').optional(),
  ...guardFields,
  ...grpcClientFields,
};

const { DATABASE_URL: _, ...shared } = commonFields;

/** Everything that can be set from outside when the gateway runs alone. */
export const gatewayConfigSchema = z.object({ ...shared, ...gatewayFields });
export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
