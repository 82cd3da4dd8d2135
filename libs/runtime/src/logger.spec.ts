import { componentLogger, createLogger, createRootLogger } from './logger';

const capture = () => {
  const lines: string[] = [];
  return { lines, destination: { write: (line: string) => void lines.push(line) } };
};

const SECRET = 'hunter2-5f4dcc3b';

describe('createLogger', () => {
  test.each<[string, object]>([
    [
      'by field name',
      { password: SECRET, passwd: SECRET, secret: SECRET, deviceSecret: SECRET, productSecret: SECRET },
    ],
    ['tokens and signatures', { token: SECRET, deviceToken: SECRET, sign: SECRET, authorization: SECRET }],
    ['whatever the case', { Password: SECRET, DEVICE_SECRET: SECRET, 'product-secret': SECRET, MASTER_KEY: SECRET }],
    ['below other fields', { a: { b: { c: { d: { secret: SECRET } } } } }],
    ['in lists', { devices: [{ deviceName: 'd', deviceSecret: SECRET }] }],
    ['when it is bytes', { password: Buffer.from(SECRET) }],
    ['inside URLs', { DATABASE_URL: `postgresql://alink:${SECRET}@db/alink`, url: `nats://${SECRET}@nats` }],
    ['inside JSON texts', { payload: JSON.stringify({ deviceSecret: SECRET, sign: SECRET }) }],
    ['inside JSON texts in JSON texts', { data: JSON.stringify({ p: JSON.stringify({ password: SECRET }) }) }],
    ['in an error', { err: Object.assign(new Error(`no way to postgres://a:${SECRET}@db`), { password: SECRET }) }],
  ])('keeps secrets out: %s', (_case, fields) => {
    const { lines, destination } = capture();
    const log = createLogger({ name: 'test', level: 'trace', destination });
    log.info(fields, 'something');
    log.child(fields).info('something else');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).not.toContain(SECRET);
      expect(line).not.toContain(Buffer.from(SECRET).join(','));
      expect(line).toContain('***');
      expect(() => JSON.parse(line)).not.toThrow();
    }
  });

  test('a URL in the message itself is masked', () => {
    const { lines, destination } = capture();
    createLogger({ name: 'test', level: 'info', destination }).info('open %s', `postgres://a:${SECRET}@db/x`);
    expect(JSON.parse(lines[0]!)).toMatchObject({ msg: 'open postgres://a:***@db/x' });
  });

  test('what a device sent cannot steer the terminal of whoever reads, and keeps its value', () => {
    const { lines, destination } = capture();
    const hostile = 'dev\u001b[2J\u009b31m\u202egpj.exe\u2028\r\n';
    createLogger({ name: 'test', level: 'info', destination }).info({ deviceName: hostile }, hostile);
    expect(lines[0]!.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(lines[0]!)).toMatchObject({ deviceName: hostile, msg: hostile });
  });

  test('everything else is told as it is, and the given object is left alone', () => {
    const { lines, destination } = capture();
    const fields = { productID: 'p', nested: { secret: SECRET, n: 1, none: null }, list: [1, 'two'] };
    componentLogger(createRootLogger('x', { LOG_LEVEL: 'silent' }), 'quiet').error(fields);
    componentLogger(createLogger({ name: 'app', level: 'info', destination }), 'hub').warn(fields, 'words');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        name: 'app',
        component: 'hub',
        productID: 'p',
        nested: { secret: '***', n: 1, none: null },
        list: [1, 'two'],
        msg: 'words',
      },
    ]);
    expect(fields.nested.secret).toBe(SECRET);
  });

  test('the level is kept', () => {
    const { lines, destination } = capture();
    const log = createLogger({ name: 'test', level: 'warn', destination });
    log.info('no');
    log.warn('yes');
    expect(lines).toHaveLength(1);
  });
});
