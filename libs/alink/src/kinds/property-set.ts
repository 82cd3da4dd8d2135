/**
 * Properties that the platform sets: `thing/service/property/set`, and the device's answer. Source: Alibaba Cloud IoT
 * documentation, "Device properties, events, and services".
 */
import { command, type AnswerResult, type DeviceAnswer, type Route, type UplinkContext } from '../route';

const PATH = 'thing/service/property/set';

const setReply = (answer: DeviceAnswer, { id, now }: UplinkContext): AnswerResult => ({
  message: {
    handle: 'thing',
    type: 'property',
    body: { method: 'controlReply', msgToken: id, timestamp: now, ...answer },
  },
  problems: [],
});

export const propertySet: readonly Route[] = [
  {
    topic: {
      family: 'sys',
      path: PATH,
      meaning: 'set properties',
      replyOn: '_reply',
      rrpc: 'a synchronous setting of properties, and its answer',
    },
    down: command('control', ({ params }) => ({ path: PATH, params, synchronous: false })),
    answer: setReply,
  },
];
