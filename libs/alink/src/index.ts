export { decodeUplink, type Uplink, type UplinkOutcome, type UplinkReply } from './decode-uplink';
export { encodeDownlink, isAlinkId, MAX_ALINK_ID, type Downlink, type DownlinkTarget } from './encode-downlink';
export { encodeReply, type ReplyOptions } from './reply';
export { alinkCodes, type AlinkCode } from './codes';
export { MAX_AHEAD_MS } from './sample-time';
export { MAX_PROPERTIES } from './property-values';
export type { DownlinkMessage, EventSample, PropertySample, UplinkMessage } from './device-message';
export type { PlatformMessage } from './message-kind';
export type { Problem } from './problem';
