/** `reportInfo`: what a device says of itself. Members as in unitedrhino's public source, `DeviceBasicInfo`. */
import { badParameter } from '../../../wire/errors';
import { isObject, isText, type Shape } from '../../../wire/shape';
import { DONE } from '../answer';
import { storeBasics, type DeviceBasics } from '../device-basics';
import type { QuestionKind } from '../question-kind';
import { paramsOf } from '../reports/property-report';

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);

/** Devices also write degrees as text. */
const isDegrees = (value: unknown): boolean => (isText(value) && value !== '') || typeof value === 'number';
const isPosition = (value: unknown): boolean => {
  const { longitude, latitude } = (isObject(value) ? value : {}) as Record<string, unknown>;
  const isPlace = [longitude, latitude].every((degrees) => isDegrees(degrees) && Math.abs(Number(degrees)) <= 180);
  return isPlace;
};

const isTags = (value: unknown): boolean => isObject(value) && Object.values(value).every(isText);

const members: Shape & { readonly [M in keyof DeviceBasics]-?: Shape[string] } = {
  deviceAlias: isText,
  imei: isText,
  mac: isText,
  version: isText,
  address: isText,
  adcode: isText,
  hardInfo: isText,
  softInfo: isText,
  iccid: isText,
  localIp: isText,
  mobileOperator: isWhole,
  rssi: isWhole,
  position: isPosition,
  tags: isTags,
};

/** @throws {RpcError} 100006 naming the member that is wrong */
const basicsOf = (params: Readonly<Record<string, unknown>>): DeviceBasics => {
  const given = Object.entries(members).filter(([name]) => params[name] !== undefined && params[name] !== null);
  const wrong = given.find(([name, isRight]) => !isRight(params[name]));
  if (wrong) throw badParameter(wrong[0], 'is of the wrong type');
  const basics = Object.fromEntries(given.map(([name]) => [name, params[name]])) as DeviceBasics;
  if (!basics.position) return basics;
  const longitude = Number(basics.position.longitude);
  const latitude = Number(basics.position.latitude);
  // Where a device has no fix, it says 0 and 0.
  return { ...basics, position: longitude !== 0 && latitude !== 0 ? { longitude, latitude } : undefined };
};

export const reportInfo: QuestionKind = {
  handle: 'thing',
  type: 'property',
  method: 'reportInfo',
  async answer({ device, message }, context) {
    const params = paramsOf(message.members['params']);
    if (!params) throw badParameter('params', 'must be an object');
    await storeBasics(context, device, basicsOf(params));
    return DONE;
  },
};
