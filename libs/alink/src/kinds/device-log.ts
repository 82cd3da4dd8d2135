/**
 * What the program of a device logs: whether it is to report that, and its lines. Statistics of the network (`net_rt`,
 * `net_conn`) and diagnoses come as lines too. Source: Alibaba Cloud IoT documentation, "Device log".
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { readLogLines } from '../log-lines';
import type { Problem } from '../problem';
import type { LogMode, Reply } from '../questions';
import { ANSWERED, failed, paramsNoObject } from '../request-result';
import type { Asked, AskRoute, ReportRoute, RequestResult, Route, UplinkContext } from '../route';
import { platformNotice } from './platform-request';

/** The path on which a device is told whether to report its log, below `/sys/{productKey}/{deviceName}/`. */
export const LOG_MODE_PUSH = 'thing/config/log/push';

const noSuchForm: Problem = {
  code: 6717,
  message: 'getType not supported',
  step: 'Ask with "getType":"content"; the settings of the log are no file.',
};
const noSuchScope: Problem = {
  code: 6718,
  message: 'configScope not supported',
  step: 'Ask with "configScope":"device".',
};

const ask = (params: unknown): Asked | RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const { configScope = 'device', getType = 'content' } = params;
  if (getType !== 'content') return failed(noSuchForm);
  if (configScope !== 'device') return failed(noSuchScope);
  return { question: { kind: 'log.mode' }, problems: [] };
};

/** What a device is told of its log's settings, when it asks and when they have changed. */
export const logModeData = ({ mode }: LogMode) => ({ getType: 'content', content: { mode } }) as const;

const told = ({ code, message, data }: Reply): Reply =>
  code === 200 ? { code, data: logModeData(data as unknown as LogMode) } : { code, message };

const get: AskRoute = {
  topic: { family: 'sys', path: 'thing/config/log/get', meaning: 'fetch the settings of the log', replyOn: '_reply' },
  body: alink,
  answeredBy: 'dm',
  ask,
  told,
};

const report = (params: unknown, { id, now }: UplinkContext): RequestResult => {
  const lines = readLogLines(params, now);
  if (!Array.isArray(lines)) return failed(lines);
  const body = { method: 'logReport', msgToken: id, timestamp: now, sys: ANSWERED, params: lines } as const;
  return { code: 200, message: { handle: 'log', type: 'report', body }, problems: [] };
};

const post: ReportRoute = {
  topic: { family: 'sys', path: 'thing/log/post', meaning: 'report log lines', replyOn: '_reply' },
  body: alink,
  report,
};

export const deviceLog: readonly Route[] = [get, platformNotice(LOG_MODE_PUSH, 'new settings of the log'), post];
