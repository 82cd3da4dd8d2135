/**
 * How the network of a device is: `_thing/diag/post`, how it is now or how it was. Source: Alibaba Cloud IoT documentation,
 * "Network status".
 */
import type { JsonObject } from '@alink/thing-model';
import { alink } from '../bodies/alink';
import type { NetworkSample } from '../device-message';
import { isRecord } from '../envelope';
import type { Problem } from '../problem';
import { ANSWERED, failed, paramsNoObject } from '../request-result';
import type { ReportRoute, RequestResult, Route, UplinkContext } from '../route';
import { isTooFarAhead, readTime } from '../sample-time';
import { isStorable } from '../storable';

/** Samples in one report: as many as lines of a log. */
const MAX_SAMPLES = 40;
/** Characters of a sample: one of the SDK's has some hundred. */
const MAX_SAMPLE = 4096;

const wrong = (what: string): Problem => ({
  code: 460,
  message: `request parameter error: ${what}`,
  step: 'Send {"p":{"wifi":{"rssi":75},"_time":1700000000000},"model":".."}, or a list of such under "p".',
});

/** `format=simple|quantity=batch|time=history`: pairs in any order. */
const pairsOf = (model: unknown): ReadonlyMap<string, string> =>
  new Map(
    (typeof model === 'string' ? model : '').split('|').map((pair) => {
      const [key = '', value = ''] = pair.split('=', 2);
      return [key, value];
    }),
  );

/** A time that is none, or ahead, is that of arrival: what is told of the network is worth more than the clock. */
const sampleOf = (item: unknown, now: number): NetworkSample | undefined => {
  if (!isRecord(item)) return undefined;
  const { _time: time, ...metrics } = item;
  if (Object.keys(metrics).length === 0 || !isStorable(metrics)) return undefined;
  if (JSON.stringify(metrics).length > MAX_SAMPLE) return undefined;
  const told = readTime(time, now) ?? now;
  return { timestamp: isTooFarAhead(told, now) ? now : told, metrics: metrics as JsonObject };
};

const report = (params: unknown, { id, now }: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const { p, model } = params;
  const items: readonly unknown[] = Array.isArray(p) ? p : [p];
  if (items.length === 0 || items.length > MAX_SAMPLES) return failed(wrong(`p has not 1 to ${MAX_SAMPLES} samples`));
  const samples: NetworkSample[] = [];
  for (const [at, item] of items.entries()) {
    const sample = sampleOf(item, now);
    if (!sample) return failed(wrong(`sample ${at + 1} is no state of a network`));
    samples.push(sample);
  }
  const history = pairsOf(model).get('time') === 'history';
  const body = { method: 'networkReport', msgToken: id, timestamp: now, sys: ANSWERED, samples, history } as const;
  return { code: 200, message: { handle: 'log', type: 'network', body }, problems: [] };
};

const post: ReportRoute = {
  topic: { family: 'sys', path: '_thing/diag/post', meaning: 'report how the network is', replyOn: '_reply' },
  body: alink,
  report,
};

export const diagnosis: readonly Route[] = [post];
