export { readStatus, type PlatformStatus, type ServiceRow } from './platform-status';
export type { ProtocolRow } from './nodes';
export type { PartRow } from './parts';
export type { LookedFor, StatusSource } from './status-source';
