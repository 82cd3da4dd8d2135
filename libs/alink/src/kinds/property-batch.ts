/**
 * Several samples of properties and events of one device: `thing/event/property/batch/post`. Source: Alibaba Cloud IoT
 * documentation, "Devices submit properties and events in batches".
 */
import { alink } from '../bodies/alink';
import { isRecord } from '../envelope';
import { failed, paramsNoObject } from '../request-result';
import type { RequestResult, Route, UplinkContext } from '../route';
import { keepValid, SampleReader } from '../samples';

/** `{"properties":{"Temp":[{"value":25.5,"time":..},..]},"events":{"alarm":[{"value":{..},"time":..},..]}}` */
const post = (params: unknown, context: UplinkContext): RequestResult => {
  if (!isRecord(params)) return failed(paramsNoObject);
  const reader = new SampleReader(context.now, context.model);
  const fault = reader.addProperties(params.properties, 'list') ?? reader.addEvents(params.events, 'list');
  if (fault) return failed(fault);
  return keepValid([{ samples: reader.end(), model: context.model }], context);
};

export const propertyBatch: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: 'thing/event/property/batch/post',
      meaning: 'report several samples of properties and events',
      replyOn: '_reply',
    },
    body: alink,
    report: post,
  },
];
