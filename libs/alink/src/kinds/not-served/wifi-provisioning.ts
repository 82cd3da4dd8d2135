/**
 * Bringing a device into a Wi-Fi, and binding it to a user. Sources: Alibaba Cloud IoT documentation, "Topics that are
 * subscribed automatically"; C SDK 3.x, dev_bind and wifi_provision.
 */
import type { Route } from '../../route';
import { command, notice, request } from './unserved';

const NO_WIFI = 'no Wi-Fi provisioning';
const NO_BINDING = 'devices are not bound to users yet';

export const wifiProvisioning: readonly Route[] = [
  request(NO_WIFI, 'thing/awss/enrollee/match', 'Wi-Fi provisioning: check a device that was found'),
  request(NO_WIFI, 'thing/awss/enrollee/found', 'Wi-Fi provisioning: report a device that was found'),
  command(NO_WIFI, 'thing/awss/enrollee/checkin', 'Wi-Fi provisioning: let a device in'),
  command(NO_WIFI, 'thing/awss/device/switchap', 'Wi-Fi provisioning: change to another access point'),
  request(NO_WIFI, 'thing/cipher/get', 'Wi-Fi provisioning: ask for a key'),
  request(NO_BINDING, '_thing/service/post', 'call a service of the platform'),
  notice(NO_BINDING, {
    family: 'sys',
    path: '_thing/event/notify',
    meaning: 'something has happened to the binding to users',
  }),
];
