/**
 * Sub-devices of a gateway device. Sources: Alibaba Cloud IoT documentation, "Register devices", "Manage topological
 * relationships"; C SDK 3.x, Android SDK.
 */
import type { Route } from '../../route';
import { command, request } from './unserved';

const NO_TOPOLOGY = 'no sub-devices yet';

export const topology: readonly Route[] = [
  request(NO_TOPOLOGY, 'thing/sub/register', 'gateway: register sub-devices'),
  request(NO_TOPOLOGY, 'thing/sub/unregister', 'gateway: unregister sub-devices'),
  request(
    NO_TOPOLOGY,
    'thing/proxy/provisioning/product_register',
    'gateway: register sub-devices with their ProductSecret',
  ),
  request(NO_TOPOLOGY, 'thing/topo/add', 'gateway: add sub-devices'),
  command(NO_TOPOLOGY, 'thing/topo/add/notify', 'gateway: sub-devices to add'),
  request(NO_TOPOLOGY, 'thing/topo/delete', 'gateway: remove sub-devices'),
  request(NO_TOPOLOGY, 'thing/topo/get', 'gateway: list sub-devices'),
  command(NO_TOPOLOGY, 'thing/topo/change', 'gateway: its sub-devices have changed'),
  request(NO_TOPOLOGY, 'thing/list/found', 'gateway: report devices that it has found'),
  command(NO_TOPOLOGY, 'thing/gateway/permit', 'gateway: let sub-devices join'),
];
