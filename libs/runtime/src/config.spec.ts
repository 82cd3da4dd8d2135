import { z } from 'zod';
import { ConfigError, describeConfig, loadConfig } from './config';
import { commonFields } from './common-fields';
import { durationSeconds, hostList, onOff, oneOf, port, secret, url, wholeNumber } from './config-fields';

const schema = z.object({
  ...commonFields,
  MQTT_PORT: port(1883),
  DEMO: onOff(true),
  GRACE_S: durationSeconds(5),
  WORKERS: wholeNumber(4, { min: 1, max: 64 }),
  MODE: oneOf(['auto', 'strict'], 'auto'),
  MASTER_KEY: secret('32 bytes in base64').optional(),
});

const messageOf = (env: Record<string, string | undefined>, of: z.ZodObject = schema): string => {
  try {
    loadConfig(of, env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('the configuration was accepted');
};

describe('loadConfig', () => {
  test('an empty environment gives the defaults, frozen', () => {
    const config = loadConfig(schema, {});
    expect(config).toEqual({
      HOST: '0.0.0.0',
      ALLOW_INSECURE_GRPC: false,
      LOG_LEVEL: 'info',
      ETCD_HOSTS: ['127.0.0.1:2379'],
      NATS_URL: 'nats://127.0.0.1:4222',
      DATA_DIR: '.data',
      STARTUP_TIMEOUT_S: 60,
      MQTT_PORT: 1883,
      DEMO: true,
      GRACE_S: 5,
      WORKERS: 4,
      MODE: 'auto',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('values are trimmed, typed, and blank is unset', () => {
    const config = loadConfig(schema, {
      MQTT_PORT: ' 0 ',
      DEMO: 'OFF',
      GRACE_S: '1.5',
      WORKERS: '',
      MODE: 'strict',
      ETCD_HOSTS: 'a:1, b:2,',
      NATS_URL: 'nats://a:4222, nats://b:4222',
      DATABASE_URL: '   ',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      MQTT_PORT: 0,
      DEMO: false,
      GRACE_S: 1.5,
      WORKERS: 4,
      MODE: 'strict',
      ETCD_HOSTS: ['a:1', 'b:2'],
      NATS_URL: 'nats://a:4222, nats://b:4222',
      LOG_LEVEL: 'debug',
    });
    expect(config.DATABASE_URL).toBeUndefined();
  });

  test('every bad variable stands in one line with what it holds and what it should', () => {
    expect(messageOf({ MQTT_PORT: '70000', DEMO: 'maybe', LOG_LEVEL: 'loud', ETCD_HOSTS: 'x', GRACE_S: '-1' })).toBe(
      'bad configuration: LOG_LEVEL is "loud", must be one of trace, debug, info, warn, error, fatal, silent; ' +
        'ETCD_HOSTS is "x", must be host:port, several separated by commas; ' +
        'MQTT_PORT is "70000", must be a port number, 0 to 65535; ' +
        'DEMO is "maybe", must be on or off; ' +
        'GRACE_S is "-1", must be a number of seconds, 0 to 31536000',
    );
  });

  test('a line break in a value does not make a second line', () => {
    expect(messageOf({ MODE: 'a\nb' })).toBe('bad configuration: MODE is "a\\nb", must be one of auto, strict');
  });

  test('a required variable that is missing is named', () => {
    const required = z.object({ DATABASE_URL: url(['postgresql', 'postgres']), KEY: secret() });
    expect(messageOf({}, required)).toBe(
      'bad configuration: DATABASE_URL is not set, must be a URL that starts with postgresql:// or postgres://; ' +
        'KEY is not set, must be set',
    );
  });

  test.each([
    ['mysql://root:hunter2@db/x', 'mysql://root:***@db/x'],
    ['postgres:/root:hunter2@db', '***@db'],
    ['root:hunter2@db', '***@db'],
    ['mysql://root:hun@ter2@db/x', 'mysql://root:***@db/x'],
    ['mysql://root:hunter2 ter2@db/x', 'mysql://root:***@db/x'],
    ["mysql://root:hunter2'ter2@db/x", 'mysql://root:***@db/x'],
  ])('a password in a bad URL is not told: %s', (given, told) => {
    const message = messageOf({ DATABASE_URL: given });
    expect(message).toContain(`DATABASE_URL is "${told}"`);
    expect(message).not.toMatch(/hunter2|ter2@/);
  });

  test('a bad secret is not told', () => {
    const strict = z.object({ PIN: secret('6 digits').refine((pin) => /^\d{6}$/.test(pin), '6 digits') });
    expect(messageOf({ PIN: 'hunter2' }, strict)).not.toContain('hunter2');
  });

  test('a rule about two variables is told in its own words', () => {
    const both = z
      .object({ A: onOff(false), B: onOff(false) })
      .refine(({ A, B }) => A || B, { message: 'A or B must be on' });
    expect(messageOf({}, both)).toBe('bad configuration: A or B must be on');
  });

  test.each(['ws://a', 'wss://a', 'http://a:4222', 'rediss://a', 'nats://a,wss://b', 'TLS', 'tls//a'])(
    'NATS is not asked for by a scheme that would protect nothing: %s',
    (text) => {
      const wants = 'must be a URL that starts with nats:// or tls://, several separated by commas';
      expect(messageOf({ NATS_URL: text })).toBe(`bad configuration: NATS_URL is ${JSON.stringify(text)}, ${wants}`);
    },
  );

  test('the password of etcd is not told, neither where it belongs nor where it does not', () => {
    expect(describeConfig(loadConfig(schema, { ETCD_USER: 'root', ETCD_PASSWORD: 'hunter2' }))).toMatchObject({
      ETCD_USER: 'root',
      ETCD_PASSWORD: '***',
    });
    const inAddress = messageOf({ ETCD_HOSTS: 'https://root:hunter2@etcd:2379' });
    expect(inAddress).toContain('ETCD_HOSTS is "https://root:***@etcd:2379", must be host:port');
  });

  test.each(['[::1]:2379', 'https://[fd00::7]:2379'])('an IPv6 host has brackets: %s', (text) => {
    expect(loadConfig(schema, { ETCD_HOSTS: text }).ETCD_HOSTS).toEqual([text]);
    expect(messageOf({ ETCD_HOSTS: text.replace(/[[\]]/g, '') })).toContain('must be host:port');
  });

  test('hosts may be URLs, as etcd tools write them', () => {
    const list = z.object({ HOSTS: hostList('a:1') });
    expect(loadConfig(list, { HOSTS: 'http://etcd:2379' }).HOSTS).toEqual(['http://etcd:2379']);
  });
});

describe('describeConfig', () => {
  test.each([' ', '"', "'", '\\', '@', ' @'])('masks a password with %j inside', (odd) => {
    const text = `nats://a:4222,nats://user:hun${odd}ter2@b:4222`;
    const config = loadConfig(schema, { NATS_URL: text });
    expect(config.NATS_URL).toBe(text);
    const described = String(describeConfig(config)['NATS_URL']);
    expect(described).toMatch(/@b:4222$/);
    expect(described).not.toMatch(/hun|ter2/);
  });

  test('masks secrets and passwords inside URLs, and shows what is unset', () => {
    const config = loadConfig(schema, {
      MASTER_KEY: 'hunter2',
      DATABASE_URL: 'postgresql://alink:hunter2@db:5432/alink',
      NATS_URL: 'nats://hunter2@nats:4222',
    });
    const described = describeConfig(config);
    expect(described).toMatchObject({
      MASTER_KEY: '***',
      DATABASE_URL: 'postgresql://alink:***@db:5432/alink',
      NATS_URL: 'nats://***@nats:4222',
      POD_IP: null,
      MQTT_PORT: 1883,
    });
    expect(JSON.stringify(described)).not.toContain('hunter2');
    expect(describeConfig(config, schema)).toEqual(described);
  });

  test('masks a password among the parameters of a URL', () => {
    const config = loadConfig(schema, {
      DATABASE_URL: 'postgresql://db/alink?user=a&password=hunter2&sslmode=require',
    });
    expect(describeConfig(config)['DATABASE_URL']).toBe('postgresql://db/alink?user=a&password=***&sslmode=require');
  });

  test('asks for the schema of a configuration it does not know', () => {
    expect(() => describeConfig({})).toThrow(TypeError);
  });
});
