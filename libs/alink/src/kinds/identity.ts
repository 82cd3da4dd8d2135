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

export const identity: readonly Route[] = [
  pushed('register', 'the DeviceSecret, after authType=register'),
  pushed('regnwl', 'the clientId and the deviceToken, after authType=regnwl'),
  pushed('auth/identity/response', 'the names of a device that came with a certificate alone'),
];
