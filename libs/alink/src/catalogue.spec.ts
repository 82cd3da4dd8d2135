import { catalogue } from './catalogue';
import { decodeUplink } from './decode-uplink';
import { isRecord } from './envelope';

const upRoutes = catalogue.filter((route) => 'report' in route || 'ask' in route);

test('a device is answered on a topic that its own names, without words that nobody fills in', () => {
  for (const { topic } of upRoutes) {
    if (isRecord(topic.replyOn)) expect(topic.replyOn.path).not.toContain('{');
  }
});

test('a topic says in a few words what it is about, and why it is not served', () => {
  for (const { topic, notOffered } of catalogue) {
    expect(topic.meaning).toMatch(/^[a-z_][^.|]{3,79}$/i);
    if (notOffered !== undefined) expect(notOffered).toMatch(/^[a-z][^.|]{3,79}$/);
  }
});

test('no topic of the catalogue throws, whatever its payload', () => {
  const payloads = ['', '{}', '[]', '"x"', '{"id":"1","params":[null,{"a":1}]}', '{"id":1,"code":200}', '\0\xff'];
  for (const { topic } of catalogue) {
    if (topic.family === 'connection') continue;
    const path = topic.path.replace(/\{\w+[+*]?\}/, 'x');
    for (const text of payloads) {
      const parsed = { scope: topic.family, productKey: 'a1X', deviceName: 'd1', path };
      const uplink = { topic: '/x', parsed, payload: Buffer.from(text, 'latin1'), now: 1, model: undefined };
      expect(() => decodeUplink(uplink)).not.toThrow();
    }
  }
});
