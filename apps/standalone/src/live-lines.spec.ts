import { liveLines, type Activity } from './live-lines';

const activity = (over: Partial<Activity> = {}): Activity => ({
  kind: 'report',
  productKey: 'aliyun_test_01',
  deviceName: 'dev001',
  text: 'temperature=25.5',
  ...over,
});

describe('live lines', () => {
  let out: string;
  let ms: number;
  const show = (colours = false) => {
    out = '';
    ms = new Date(2026, 4, 12, 9, 8, 7).getTime();
    return liveLines({ write: (text) => (out += text), colours, now: () => ms });
  };

  test('a line has the time, the word, the device and what happened', () => {
    show()(activity());
    expect(out).toBe('09:08:07  report      aliyun_test_01/dev001  temperature=25.5\n');
  });

  test('the topic stands without the prefix of the device, and a code when it is not "ok"', () => {
    const topic = '/sys/aliyun_test_01/dev001/thing/event/property/post';
    show()(activity({ topic, code: 200 }));
    expect(out).toMatch(/temperature=25\.5 {2}thing\/event\/property\/post\n$/);
    show()(activity({ topic: '/sys/other/dev001/thing/event/property/post', code: 460 }));
    expect(out).toMatch(/ {2}\/sys\/other\/dev001\/thing\/event\/property\/post {2}code 460\n$/);
  });

  test('without a terminal there is no escape sequence, with one there is', () => {
    show(false)(activity());
    expect(out).not.toContain('\u001b');
    show(true)(activity());
    expect(out).toContain('\u001b[36mreport');
  });

  test('a refused client that named no device has a line too', () => {
    show()(activity({ kind: 'refuse', productKey: '', deviceName: '', text: 'malformed ClientID' }));
    expect(out).toBe('09:08:07  refused     (unknown)  malformed ClientID\n');
  });

  test('what a device sent cannot command the terminal', () => {
    show()(activity({ deviceName: 'dev\u001b[2J', text: 'a\r\nb\u009b31m\u202e' }));
    expect(out).toBe('09:08:07  report      aliyun_test_01/dev\\u001b[2J  a\\u000d\\u000ab\\u009b31m\\u202e\n');
  });

  test('a long line is cut', () => {
    show()(activity({ text: 'x'.repeat(5000) }));
    expect(out.length).toBeLessThan(450);
    expect(out).toMatch(/x…\n$/);
  });

  test('a flood is counted, not shown', () => {
    const line = show();
    for (let i = 0; i < 100; i++) line(activity());
    expect(out.split('\n').length - 1).toBe(40);
    ms += 1000;
    line(activity());
    expect(out.split('\n').slice(40, 42)).toEqual([
      '          ... and 60 more in that second',
      '09:08:08  report      aliyun_test_01/dev001  temperature=25.5',
    ]);
  });
});
