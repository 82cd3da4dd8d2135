export { HANDLES, PROTOCOL_CODE, subjects, type CacheKey, type Handle } from './subjects';
export {
  decodeDevicePublish,
  encodeDevicePublish,
  readDevicePublish,
  writeDevicePublish,
  type DevicePublish,
  type PublishContent,
} from './device-publish';
export { decodeReports, encodeReport, joinReports, shardOf, type DeviceReport } from './device-reports';
export {
  decodeEnvelope,
  encodeEnvelope,
  isKeptCopy,
  type Envelope,
  type EnvelopeOptions,
  type HubLogEntry,
  type StatusChange,
} from './envelope';
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
  LogLevel,
  NetType,
  OnlineState,
  ProductStatus,
  ServiceStatus,
  ShadowControl,
  SortOrder,
  TaskStatus,
  TaskType,
  valuesOf,
  YesNo,
} from './enumerations';
export { logLevelOf, logsReports, type LogSettings } from './log-level';
export { packages, serviceKeys, services, type CallsOf, type HandlersOf, type Service } from './services';
export type { ProtoGrpcType as DmTypes } from './generated/dm';
export type { ProtoGrpcType as TimedjobTypes } from './generated/timedjob';
