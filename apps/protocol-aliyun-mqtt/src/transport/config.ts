/** The ports that devices dial, and how TLS is spoken there. */
import type { z } from 'zod';
import { onOff, port, text, type commonFields } from '@alink/runtime';

export const transportFields = {
  MQTT_PORT: port(1883),
  /** TLS only; the MQTT port speaks TLS too, told apart by the first byte. */
  MQTT_TLS_PORT: port(8883),
  /** MQTT over WebSocket, `ws` and `wss`. */
  MQTT_WS_PORT: port(1882),
  /** Origins of the web pages that may open a WebSocket, with commas; clients that are no browser name none, and may. */
  WS_ORIGINS: text('origins such as https://console.example.com').optional(),
  GATEWAY_HTTP_PORT: port(9109),
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
};

/** What the device ports are opened with; HOST and DATA_DIR are every app's. */
export type DevicePortsConfig = Readonly<
  z.infer<z.ZodObject<typeof transportFields & Pick<typeof commonFields, 'HOST' | 'DATA_DIR'>>>
>;
