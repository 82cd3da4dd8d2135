/**
 * What time it is: `/ext/ntp/{productKey}/{deviceName}/request`, answered on `.../response`. The device adds its own
 * clock to the three times, and so knows the platform's to within the way there and back. Source: Alibaba Cloud IoT
 * documentation, "NTP service".
 */
import { json, type JsonBody } from '../bodies/json';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import type { Reply, TimeAnswer } from '../questions';
import type { AskRoute, Asked, Route } from '../route';

const noSendTime: Problem = {
  code: 200,
  message: 'deviceSendTime is missing or no time; the answer leaves it out',
  step: 'Send the clock of the device in milliseconds, as in {"deviceSendTime":"1700000000000"}.',
};

const SEND_TIME = /^-?\d{1,20}(\.\d{1,9})?$/;

/** The device's time as it wrote it, "Long or String"; undefined where it is of no use. */
const sendTimeOf = (body: JsonBody): string | number | undefined => {
  const time = body?.deviceSendTime;
  if (typeof time === 'number') return Number.isFinite(time) ? time : undefined;
  return typeof time === 'string' && SEND_TIME.test(time) ? time : undefined;
};

const ask = (body: JsonBody): Asked => ({
  question: { kind: 'time' },
  problems: sendTimeOf(body) === undefined ? [noSendTime] : [],
});

/**
 * The times have the type of the device's own: the C SDK 3.x and a Go client read texts only, firmware for ESP and a
 * Rust client numbers only. Without one they are texts, as in the documentation.
 */
const told = ({ code, data }: Reply, body: JsonBody): Reply | undefined => {
  if (code !== 200 || !isRecord(data)) return undefined;
  const { receivedAt, sentAt } = data as unknown as TimeAnswer;
  const deviceSendTime = sendTimeOf(body);
  const times =
    typeof deviceSendTime === 'number'
      ? { serverRecvTime: receivedAt, serverSendTime: sentAt }
      : { serverRecvTime: String(receivedAt), serverSendTime: String(sentAt) };
  return { code, data: deviceSendTime === undefined ? times : { deviceSendTime, ...times } };
};

const time: AskRoute<JsonBody> = {
  topic: {
    family: 'ext',
    path: 'ntp/request',
    meaning: 'ask for the time',
    replyOn: { path: 'ntp/response', meaning: 'the time' },
  },
  body: json,
  answeredBy: 'node',
  ask,
  told,
};

export const ntp: readonly Route[] = [time];
