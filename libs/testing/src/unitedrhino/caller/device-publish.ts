/** Messages from and for devices, decoded as unitedrhino's structs do (unitedrhino, things: devices; domain of the messages). */
import { GoStruct } from './go-json';

export interface ReadPublish {
  /** For logs only. */
  readonly topic: string;
  readonly handle: string;
  readonly type: string;
  readonly payload: Buffer;
  /** Unix milliseconds; 0 in what its dm sends. */
  readonly timestamp: number;
  readonly productID: string;
  readonly deviceName: string;
  readonly explain: string;
  readonly protocolCode: string;
}

/** @throws {SyntaxError | GoJsonError} */
export const readDevPublish = (data: string): ReadPublish => {
  const publish = GoStruct.parse(data, 'DevPublish');
  return {
    topic: publish.text('topic'),
    handle: publish.text('handle'),
    type: publish.text('type'),
    payload: publish.bytes('payload'),
    timestamp: publish.int('timestamp'),
    productID: publish.text('productID'),
    deviceName: publish.text('deviceName'),
    explain: publish.text('explain'),
    protocolCode: publish.text('protocolCode'),
  };
};

export interface ReadConnection {
  readonly username: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  readonly addr: string;
  readonly clientID: string;
  readonly reason: string;
  readonly action: string;
  readonly productID: string;
  readonly deviceName: string;
}

/** @throws {SyntaxError | GoJsonError} */
export const readDevConn = (data: string): ReadConnection => {
  const connection = GoStruct.parse(data, 'DevConn');
  return {
    username: connection.text('username'),
    timestamp: connection.int('timestamp'),
    addr: connection.text('addr'),
    clientID: connection.text('clientID'),
    reason: connection.text('reason'),
    action: connection.text('action'),
    productID: connection.text('productID'),
    deviceName: connection.text('deviceName'),
  };
};

type Params = Readonly<Record<string, unknown>>;

/** Properties, or an event, with a time of their own. */
export interface ReadSample {
  readonly timestamp: number;
  readonly eventID: string;
  readonly params: Params;
}

/** What a gateway device packs of one of its sub-devices. */
export interface ReadSubDevice {
  readonly productID: string;
  readonly deviceName: string;
  readonly properties: readonly ReadSample[];
  readonly events: readonly ReadSample[];
}

/** The platform's own message, inside of a publish of handle `thing`. */
export interface ReadMessage {
  readonly method: string;
  readonly msgToken: string;
  readonly timestamp: number;
  readonly code: number;
  readonly msg: string;
  readonly data: unknown;
  readonly noAsk: boolean;
  readonly retMsg: boolean;
  readonly params: Params;
  readonly identifiers: readonly string[];
  readonly eventID: string;
  readonly actionID: string;
  readonly type: string;
  readonly properties: readonly ReadSample[];
  readonly events: readonly ReadSample[];
  readonly subDevices: readonly ReadSubDevice[];
}

const samples = (message: GoStruct, member: string): ReadSample[] =>
  message.structs(member, 'TimeParams').map((sample) => ({
    timestamp: sample.int('timestamp'),
    eventID: sample.text('eventID'),
    params: sample.map('params'),
  }));

/** @throws {SyntaxError | GoJsonError} */
export const readDeviceMessage = (payload: Buffer): ReadMessage => {
  const message = GoStruct.parse(payload.toString('utf8'), 'Req');
  const sys = message.struct('sys', 'SysConfig');
  return {
    method: message.text('method'),
    msgToken: message.text('msgToken'),
    timestamp: message.int('timestamp'),
    code: message.int('code'),
    msg: message.text('msg'),
    data: message.any('data'),
    noAsk: sys.bool('noAsk'),
    retMsg: sys.bool('retMsg'),
    params: message.map('params'),
    identifiers: message.texts('identifiers'),
    eventID: message.text('eventID'),
    actionID: message.text('actionID'),
    type: message.text('type'),
    properties: samples(message, 'properties'),
    events: samples(message, 'events'),
    subDevices: message.structs('subDevices', 'SubDevice').map((subDevice) => ({
      productID: subDevice.text('productID'),
      deviceName: subDevice.text('deviceName'),
      properties: samples(subDevice, 'properties'),
      events: samples(subDevice, 'events'),
    })),
  };
};
