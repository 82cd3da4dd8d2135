/** How much one device, one address and all together may ask of a node. 0 switches a limit off. */
import type { z } from 'zod';
import { durationSeconds, wholeNumber } from '@alink/runtime';

export const guardFields = {
  /** Failed logins within a minute after which a device is locked out at one address; 20 times as many lock the address. */
  LOGIN_FAILURES_PER_MINUTE: wholeNumber(10),
  /** Seconds that a lock lasts. */
  LOGIN_LOCK_S: durationSeconds(300, { max: 86_400 }),
  /**
   * Logins of one device, and its requests for credentials; more get CONNACK 3, over HTTPS and through a gateway device 429.
   * Alibaba's own figure is 5.
   */
  CONNECTS_PER_MINUTE_PER_DEVICE: wholeNumber(30),
  /** Sub-devices that are online through one gateway device; one more gets 428. Alibaba's own figure is 2000. */
  SUB_DEVICES_PER_GATEWAY: wholeNumber(2000, { min: 1, max: 100_000 }),
  /** Sub-devices that one gateway device logs in or out, after ten seconds' worth at once; more get 429. Alibaba's own figure. */
  SUB_DEVICE_LOGINS_PER_SECOND: wholeNumber(200),
  /** Connections begun from one address (an IPv6 /64), after ten seconds' worth at once; more wait for their turn. */
  CONNECTS_PER_SECOND_PER_ADDRESS: wholeNumber(1000),
  /** Connections begun in all; more wait for their turn. Off, because the bound on those under way paces them already. */
  CONNECTS_PER_SECOND: wholeNumber(0),
  /** Publishes of one device; more are dropped. Alibaba's own figures are 30 (QoS 0) and 10 (QoS 1). */
  UPLINKS_PER_SECOND_PER_DEVICE: wholeNumber(100),
  /** Bytes read from one connection; more wait in the network. Alibaba's own figure. */
  UPLINK_BYTES_PER_SECOND_PER_DEVICE: wholeNumber(1024 * 1024),
  /** MQTT packets read from one connection, each filter of a SUBSCRIBE as one more, a PINGREQ as ten; more wait in the network. */
  FRAMES_PER_SECOND_PER_DEVICE: wholeNumber(200),
};

export type GuardConfig = { readonly [K in keyof typeof guardFields]: z.infer<(typeof guardFields)[K]> };

/** Everything off, for measurements and for tests of something else. */
export const noGuard: GuardConfig = {
  LOGIN_FAILURES_PER_MINUTE: 0,
  LOGIN_LOCK_S: 0,
  CONNECTS_PER_MINUTE_PER_DEVICE: 0,
  SUB_DEVICES_PER_GATEWAY: 100_000,
  SUB_DEVICE_LOGINS_PER_SECOND: 0,
  CONNECTS_PER_SECOND_PER_ADDRESS: 0,
  CONNECTS_PER_SECOND: 0,
  UPLINKS_PER_SECOND_PER_DEVICE: 0,
  UPLINK_BYTES_PER_SECOND_PER_DEVICE: 0,
  FRAMES_PER_SECOND_PER_DEVICE: 0,
};
