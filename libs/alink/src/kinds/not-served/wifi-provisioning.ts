/**
 * Bringing a device into a Wi-Fi, and binding it to a user. Sources: Alibaba Cloud IoT documentation, "Topics that are
 * subscribed automatically"; C SDK 3.x, dev_bind and wifi_provision.
 */
import type { Route } from '../../route';
import { command, notice, request } from './unserved';

const NO_WIFI = 'the app of a phone that does it is Alibaba’s own';
const NO_BINDING = 'there is no binding of devices to users';
const UNDOCUMENTED = 'undocumented; what it would call is Alibaba’s own';

export const wifiProvisioning: readonly Route[] = [
  request(NO_WIFI, 'thing/awss/enrollee/match', 'Wi-Fi provisioning: check a device that was found'),
  request(NO_WIFI, 'thing/awss/enrollee/found', 'Wi-Fi provisioning: report a device that was found'),
  command(NO_WIFI, 'thing/awss/enrollee/checkin', 'Wi-Fi provisioning: let a device in'),
  command(NO_WIFI, 'thing/awss/device/switchap', 'Wi-Fi provisioning: change to another access point'),
  request(NO_WIFI, 'thing/cipher/get', 'Wi-Fi provisioning: ask for a key'),
  request(UNDOCUMENTED, '_thing/service/post', 'call a service of the platform'),
  notice(NO_BINDING, {
    family: 'sys',
    path: '_thing/event/notify',
    meaning: 'something has happened to the binding to users',
  }),
];
