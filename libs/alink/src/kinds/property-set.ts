/**
 * Properties that the platform sets: `thing/service/property/set`, and the device's answer. Source: Alibaba Cloud IoT
 * documentation, "Device properties, events, and services".
 */
import { downlink, type AnswerResult, type DeviceAnswer, type MessageKind, type UplinkContext } from '../message-kind';

const PATH = 'thing/service/property/set';

const setReply = (answer: DeviceAnswer, { id, now }: UplinkContext): AnswerResult => ({
  message: {
    handle: 'thing',
    type: 'property',
    body: { method: 'controlReply', msgToken: id, timestamp: now, ...answer },
  },
  problems: [],
});

export const propertySet: MessageKind = {
  up: [{ path: `${PATH}_reply`, answer: setReply }],
  down: downlink('control', ({ params }) => ({ path: PATH, params, synchronous: false })),
};
