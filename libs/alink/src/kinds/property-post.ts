/**
 * Properties that a device reports: `thing/event/property/post`. Both value forms may be mixed, and every value may
 * have a time of its own. Source: Alibaba Cloud IoT documentation, "Device properties, events, and services".
 */
import { alink } from '../bodies/alink';
import type { UplinkMessage } from '../device-message';
import { isRecord } from '../envelope';
import { readPropertyValues, samplesOf, type PropertyValues } from '../property-values';
import { ANSWERED, failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';

/** One time for all values makes a `report`, several a `packReport` with one sample for each. */
const reportOf = (values: PropertyValues, { id, now }: UplinkContext): UplinkMessage => {
  if (!values.times) {
    return { method: 'report', msgToken: id, timestamp: values.time, sys: ANSWERED, params: values.accepted };
  }
  const properties = samplesOf(values);
  if (properties.length === 1) return { method: 'report', msgToken: id, sys: ANSWERED, ...properties[0]! };
  return { method: 'packReport', msgToken: id, timestamp: now, sys: ANSWERED, properties, events: [] };
};

const post = (params: unknown, context: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const values = readPropertyValues(params, context.now, context.model);
  if ('step' in values) return failed(values);
  const { problems, count } = values;
  if (problems.length < count) {
    return { code: 200, message: { handle: 'thing', type: 'property', body: reportOf(values, context) }, problems };
  }
  // Weak validation only marks what it does not take; the reply stays good ("What is a TSL model", data verification).
  const [cause] = problems;
  return context.model.validation === 'weak'
    ? { code: 200, problems }
    : { code: cause!.code, text: cause!.message, problems };
};

export const propertyPost: readonly Route[] = [
  {
    topic: { family: 'sys', path: 'thing/event/property/post', meaning: 'report properties', replyOn: '_reply' },
    body: alink,
    report: post,
  },
];
