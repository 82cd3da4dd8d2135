/** A way into a device behind a firewall. Source: Link SDK for C 4.x, remote access. */
import type { Route } from '../../route';
import { notice, request } from './unserved';

const NO_TUNNELS = 'tunnels go through servers of Alibaba’s own';

export const remoteAccess: readonly Route[] = [
  request(NO_TUNNELS, 'secure_tunnel/proxy/request', 'remote access: ask for a tunnel'),
  notice(NO_TUNNELS, {
    family: 'sys',
    path: 'secure_tunnel/notify',
    meaning: 'remote access: a tunnel to open or to close',
  }),
  notice(NO_TUNNELS, {
    family: 'sys',
    path: 'edge/debug/switch',
    meaning: 'remote access: the service for it is switched on or off',
  }),
];
