import { isTimeZone } from './time-zone';

describe('isTimeZone', () => {
  test.each(['Asia/Shanghai', 'America/Argentina/Buenos_Aires', 'UTC', 'PRC', 'Etc/GMT-8'])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(['', 'Asia/Beijing', '+08:00', 'UTC+8', 'local', 'system', ' Asia/Shanghai'])('"%s" is none', (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
