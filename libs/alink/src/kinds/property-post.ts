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

/** Code of a property that the thing model does not have. */
const UNKNOWN = 6320;

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
  // What was refused is named: a good code alone would hide the loss.
  const data = problems.length > 0 ? Object.fromEntries(values.refused) : undefined;
  if (problems.length < count) {
    return {
      code: 200,
      data,
      message: { handle: 'thing', type: 'property', body: reportOf(values, context) },
      problems,
    };
  }
  // Weak validation only marks what the model does not have ("What is a TSL model", data verification); a value of the
  // wrong type is an error all the same, as devices' logs show.
  const cause = context.model.validation === 'weak' ? problems.find(({ code }) => code !== UNKNOWN) : problems[0];
  return cause ? { code: cause.code, text: cause.message, problems } : { code: 200, data, problems };
};

export const propertyPost: readonly Route[] = [
  {
    topic: { family: 'sys', path: 'thing/event/property/post', meaning: 'report properties', replyOn: '_reply' },
    body: alink,
    report: post,
  },
];
