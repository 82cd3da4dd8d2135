export { HANDLES, PROTOCOL_CODE, STREAM, subjects, type CacheKey, type Handle } from './subjects';
export {
  decodeDevicePublish,
  encodeDevicePublish,
  readDevicePublish,
  writeDevicePublish,
  type DevicePublish,
  type PublishContent,
} from './device-publish';
export { decodeBroadcast, encodeBroadcast, type Broadcast, type BroadcastTold } from './broadcast';
export {
  actionReport,
  connectReport,
  eventReport,
  propertyReports,
  type ActionReport,
  type ApplicationMessage,
  type ConnectReport,
  type EventReport,
  type PropertyReport,
} from './application-messages';
export {
  decodeReports,
  encodeReport,
  joinReports,
  shardOf,
  type DeviceReport,
  type ForeignOrigin,
} from './device-reports';
export {
  decodeEnvelope,
  encodeEnvelope,
  isKeptCopy,
  type Envelope,
  type EnvelopeOptions,
  type HubLogEntry,
  type StatusChange,
} from './envelope';
export { newAlinkId } from './alink-id';
export { newSpanContext } from './span-context';
export type { UserContext } from './user-context';
export type { DeviceMessage, EventSample, Json, JsonObject, PropertySample } from './device-message';
export { Code } from './codes';
export {
  AuthMode,
  AutoRegister,
  DefinitionType,
  DeviceStatus,
  DeviceType,
  LOGGED_MESSAGES,
  LogLevel,
  NetType,
  OnlineState,
  ProductStatus,
  ServiceStatus,
  ShadowControl,
  SortOrder,
  SYSTEM_ACCOUNT,
  TaskStatus,
  TaskType,
  valuesOf,
  YesNo,
  type LoggedMessage,
} from './enumerations';
export { logLevelOf, logModeOf, logsReports, type LogSettings } from './log-level';
export { packages, serviceKeys, services, type CallsOf, type HandlersOf, type Service } from './services';
export type { ProtoGrpcType as DmTypes } from './generated/dm';
export type { ProtoGrpcType as TimedjobTypes } from './generated/timedjob';
