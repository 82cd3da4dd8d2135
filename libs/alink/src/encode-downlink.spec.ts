import { readFileSync } from 'node:fs';
import { isValidTopic } from '@alink/topic';
import { mayReceive } from './access';
import type { DownlinkMessage } from './device-message';
import { encodeDownlink, isAlinkId, type DownlinkTarget } from './encode-downlink';

interface Case extends Pick<DownlinkTarget, 'ext' | 'callType' | 'id'> {
  readonly name: string;
  readonly source: string;
  readonly message: DownlinkMessage;
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
}

const device = { productKey: 'a1X', deviceName: 'd1' };
const { cases } = JSON.parse(
  readFileSync(new URL('../../testing/vectors/alink-downlink.json', import.meta.url), 'utf8'),
) as { cases: readonly Case[] };

describe('vectors', () => {
  test.each(cases.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const { message, ext, callType, id, topic, payload, qos } = vector;
    const sent = encodeDownlink(message, { ...device, ext, callType, id });
    expect(sent).toEqual({ topic, payload, qos, replyKey: id ?? message.msgToken });
    expect(mayReceive(device, topic)).toBe(true);
  });
});

const action = { method: 'action', msgToken: '1', timestamp: 1, actionID: 'echo', params: {} } as const;

test.each(['', 'property/set', 'a/b', '+', '#', 'a\0', 'x'.repeat(129)])('a service "%s" has no topic', (actionID) => {
  expect(() => encodeDownlink({ ...action, actionID }, { ...device, ext: 0 })).toThrow(RangeError);
});

test.each(['', '1/2', '+', '#'])('an id "%s" has no topic', (msgToken) => {
  expect(() => encodeDownlink({ ...action, msgToken }, { ...device, ext: 1, callType: 'sync' })).toThrow(RangeError);
});

test.each<[string, boolean]>([
  ['1', false],
  ['9999999', false],
  ['10000000', true],
  ['35974024', true],
  ['4294967295', true],
  ['4294967296', false],
  ['0', false],
  ['01', false],
  ['', false],
  ['9d3c', false],
  ['12345678901', false],
])('"%s" as an id: %s', (id, expected) => {
  expect(isAlinkId(id)).toBe(expected);
});

test('what is no request of the platform is not sent', () => {
  const report = { method: 'report', msgToken: '1', timestamp: 1, params: {} } as unknown as DownlinkMessage;
  expect(() => encodeDownlink(report, { ...device, ext: 0 })).toThrow('method report is not sent to devices');
});

test('a service in any words makes a valid topic and JSON', () => {
  const sent = encodeDownlink({ ...action, actionID: 'a"b\\c' }, { ...device, ext: 0 });
  expect(isValidTopic(sent.topic)).toBe(true);
  expect(JSON.parse(sent.payload)).toMatchObject({ method: 'thing.service.a"b\\c' });
});
