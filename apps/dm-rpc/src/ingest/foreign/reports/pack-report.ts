/**
 * `packReport`: properties and events of several times. One event that is refused has the whole pack refused, as there;
 * values that the thing model does not take are left out. Of sub-devices nothing is taken: none is bound to a gateway here.
 */
import type { EventSample, PropertySample } from '@alink/contract';
import { isObject, isText } from '../../../wire/shape';
import { deviceTime } from '../../fit';
import { DONE } from '../answer';
import type { ReportKind } from '../report-kind';
import { checkEvent } from './event-post';
import { paramsOf } from './property-report';

/** @param packedAt unix milliseconds: of a sample without a time */
const sampleOf = (sample: unknown, packedAt: number): PropertySample | undefined => {
  if (!isObject(sample)) return undefined;
  const { params: given, timestamp } = sample as Partial<Record<keyof PropertySample, unknown>>;
  const params = paramsOf(given);
  return params && { ...sample, params, timestamp: deviceTime(timestamp || undefined, packedAt) };
};

/** @returns undefined for what is no list of samples */
const samplesOf = (list: unknown, packedAt: number): PropertySample[] | undefined => {
  if (list === undefined || list === null) return [];
  const samples = Array.isArray(list) ? list.map((sample: unknown) => sampleOf(sample, packedAt)) : [undefined];
  return samples.every((sample) => sample !== undefined) ? samples : undefined;
};

const isEvent = (sample: PropertySample): sample is EventSample => isText((sample as Partial<EventSample>).eventID);

export const packReport: ReportKind<'packReport'> = {
  method: 'packReport',
  type: 'property',
  isAnswered: true,
  read({ members }, base) {
    const properties = samplesOf(members['properties'], base.timestamp);
    const events = samplesOf(members['events'], base.timestamp);
    return properties && events?.every(isEvent) ? { ...base, method: 'packReport', properties, events } : undefined;
  },
  check(message, product) {
    const properties = message.properties.map(({ timestamp, params }) => ({
      timestamp,
      params: product.model.checkWithElements(params).accepted,
    }));
    const events: EventSample[] = [];
    for (const { timestamp, eventID, params: given } of message.events) {
      const { params, refused } = checkEvent(product, eventID, '', given);
      if (refused) return { answer: refused };
      events.push({ timestamp, eventID, params });
    }
    return { message: { ...message, properties, events }, answer: DONE };
  },
};
