export { mayPublish, mayReceive, maySubscribe, type Verdict } from './access';
export { encodeShadowControl } from './bodies/shadow';
export { alinkCodes, type AlinkCode } from './codes';
export { decodeUplink } from './decode-uplink';
export type {
  DownlinkMessage,
  EventSample,
  LogLine,
  NetworkSample,
  PropertySample,
  SubDeviceSamples,
  UplinkMessage,
} from './device-message';
export { directionOf, type Direction } from './direction';
export { alinkIds, encodeDownlink, isAlinkId, type Downlink, type DownlinkTarget } from './encode-downlink';
export { readEnvelope, type Envelope } from './envelope';
export { customFilterFault, forwardOf, forwardTargetFault, type Forwarded, type ForwardRule } from './forwards';
export { CONFIGURATION_PUSH, configurationData } from './kinds/configuration';
export { LOG_MODE_PUSH, logModeData } from './kinds/device-log';
export { lineText } from './log-lines';
export { ADD_NOTICE, JOIN_PERMIT, joinPermitData, TOPOLOGY_CHANGE, topologyStatus } from './kinds/gateway-requests';
export { identityTopics } from './kinds/identity';
export { rewriteLooseJson, type LooseOptions, type Place, type Rewritten } from './loose-json';
export { readPayloadJson, type PayloadJson } from './payload-json';
export type { Problem, SeldomKind } from './problem';
export { MAX_PROPERTIES } from './property-values';
export type {
  Configuration,
  ConfigurationForm,
  ConfigurationQuestion,
  LogMode,
  DesiredDeletion,
  Question,
  QuestionKind,
  RefusedSubDevice,
  RegisteredSubDevice,
  Reply,
  ShadowDocument,
  ShadowParts,
  ShadowRemoval,
  ShadowVersion,
  SignedSubDevice,
  SubDeviceLogin,
  SubDeviceOfProduct,
  SubDeviceRegistration,
  SubSessionQuestion,
  Tag,
  Task,
  TaskStatus,
  TaskSummary,
  TimeAnswer,
  ToldStatus,
  TopologyQuestion,
} from './questions';
export type { PlatformMessage } from './route';
export { MAX_AHEAD_MS } from './sample-time';
export type { FindSubDevice, SubDevice } from './sub-devices';
export { isStorable, isStorableText } from './storable';
export { answeredCallIdOf, callIdOf } from './synchronous-call';
export {
  DefinedTopics,
  firstTopicClasses,
  MAX_TOPIC_CLASSES,
  topicClassFault,
  type TopicClass,
  type TopicPermission,
} from './topic-classes';
export { topologyRefusals } from './topology-refusals';
export { topicsOf, type DefinedClasses, type ListedTopic } from './topics-of';
export type { Ask, Uplink, UplinkOutcome, UplinkReply } from './uplink';
export { sessionError, type SessionErrorCode } from './session-error';
