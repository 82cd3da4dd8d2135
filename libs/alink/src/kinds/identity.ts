/**
 * What the platform pushes to the one connection that registers or shows a certificate: it bears no names, so that
 * subscribing it shows nothing of anybody else. Sources: Link SDK for C 4.x, `aiot_dynregmq_api.c`; Alibaba Cloud IoT
 * documentation, "X.509".
 */
import type { CommandRoute, Route } from '../route';

const pushed = (path: string, meaning: string): CommandRoute => ({
  topic: { family: 'connection', path, meaning },
  down: 'bytes',
});

const deviceSecret = pushed('register', 'the DeviceSecret, after authType=register');
const deviceToken = pushed('regnwl', 'the clientId and the deviceToken, after authType=regnwl');
const names = pushed('auth/identity/response', 'the names of a device that came with a certificate alone');

export const identity: readonly Route[] = [deviceSecret, deviceToken, names];

/** The topic with this path in the family `connection`. */
export const connectionTopic = (path: string): string => `/ext/${path}`;

/** Where each is pushed to. */
export const identityTopics = {
  deviceSecret: connectionTopic(deviceSecret.topic.path),
  deviceToken: connectionTopic(deviceToken.topic.path),
  names: connectionTopic(names.topic.path),
} as const;
