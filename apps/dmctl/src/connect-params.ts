import { deviceCredentials, type SignMethod } from '@alink/signing';
import type { DataType, Json, ThingModel } from '@alink/thing-model';
import { shellLine } from './shell-quote';

export const securemodes = ['3', '2', '-2'] as const;
export type Securemode = (typeof securemodes)[number];

export interface ConnectInput {
  readonly productKey: string;
  readonly deviceName: string;
  /** The DeviceSecret; with mode -2 the ProductSecret. */
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly mode: Securemode;
  readonly signMethod: SignMethod;
  /** Unix milliseconds. */
  readonly now: number;
  readonly model: ThingModel;
}

/** What a device needs to connect, and mosquitto command lines that do it. A type, so that it is a row of output. */
export type ConnectParams = {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  /** Shows the property sets that arrive. */
  readonly subscribe: string;
  /** Reports a property of the model; undefined where the model has none. */
  readonly publish: string | undefined;
};

export const connectParams = (input: ConnectInput): ConnectParams => {
  const { productKey, deviceName, secret, host, port, mode, signMethod, now, model } = input;
  const credentials = deviceCredentials({
    productKey,
    deviceName,
    deviceSecret: secret,
    signMethod,
    securemode: mode,
    timestamp: now,
  });
  const { clientId, username, password } = credentials;
  const base = `/sys/${productKey}/${deviceName}/thing`;
  const mosquitto = (program: string, ...rest: string[]) =>
    shellLine([program, '-h', host, '-p', String(port), '-i', clientId, '-u', username, '-P', password, ...rest]);
  const report = sampleReport(model);
  return {
    host,
    port,
    ...credentials,
    subscribe: mosquitto('mosquitto_sub', '-v', '-t', `${base}/service/property/set`),
    publish: report && mosquitto('mosquitto_pub', '-q', '1', '-t', `${base}/event/property/post`, '-m', report),
  };
};

/** An Alink report of the model's first property. */
const sampleReport = ({ properties: [property] }: ThingModel): string | undefined =>
  property &&
  JSON.stringify({
    id: '1',
    version: '1.0',
    params: { [property.identifier]: sampleValue(property.dataType) },
    method: 'thing.event.property.post',
  });

/** A value that even strong validation takes. */
const sampleValue = (type: DataType): Json => {
  switch (type.type) {
    case 'int':
    case 'float':
    case 'double':
      return Number(type.start ?? Math.min(Math.max(0, Number(type.min ?? 0)), Number(type.max ?? Infinity)));
    case 'bool':
      return 1;
    case 'enum':
      return Number([...type.labels.keys()][0] ?? 0);
    case 'text':
      return 'hello'.slice(0, type.length);
    case 'date':
      return '1700000000000';
    case 'struct':
      return Object.fromEntries(type.members.map(({ identifier, dataType }) => [identifier, sampleValue(dataType)]));
    case 'array':
      return type.size === 0 ? [] : [sampleValue(type.item)];
  }
};
