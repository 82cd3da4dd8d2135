export { Fleet, type FleetOptions, type FleetProgress } from './fleet/fleet';
export type { GatewayOptions } from './fleet/gateway-member';
export type { MemberOptions } from './fleet/member';
export type { FleetReport } from './fleet/report';
export type { ClientCertificate, Endpoint } from './line/endpoint';
export type { Stream } from './messages/agenda';
