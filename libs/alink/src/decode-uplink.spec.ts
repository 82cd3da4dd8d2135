import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileModel, importThingModel, type Validation } from '@alink/thing-model';
import { bodyOf, publish } from '../test/publish';
import type { UplinkMessage } from './device-message';

interface Case {
  readonly name: string;
  readonly source: string;
  readonly path: string;
  readonly rrpcId?: string;
  readonly payload: string;
  /** `weak` when absent. */
  readonly validation?: Validation | 'no model';
  readonly type?: string;
  readonly body?: UplinkMessage;
  /** The reply's exact text, or only its code. */
  readonly reply?: string;
  readonly replyCode?: number;
  /** Codes of the problems. */
  readonly problems?: readonly number[];
}

const vectors = JSON.parse(
  readFileSync(new URL('../../testing/vectors/alink-uplink.json', import.meta.url), 'utf8'),
) as { tsl: unknown; cases: readonly Case[]; unknown: readonly string[] };

const { model } = importThingModel(vectors.tsl);
const models = {
  weak: compileModel(model, 'weak'),
  strong: compileModel(model, 'strong'),
  none: compileModel(model, 'none'),
  'no model': undefined,
};
const now = 1_700_000_000_000;

const decode = (path: string, payload: string | Buffer, validation: keyof typeof models = 'weak', rrpcId?: string) =>
  publish({ path, rrpcId, now, model: models[validation] }, payload);

describe('vectors', () => {
  test.each(vectors.cases.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const outcome = decode(vector.path, vector.payload, vector.validation, vector.rrpcId)!;
    expect(outcome.message).toEqual(
      vector.body && { handle: 'thing', type: vector.type, body: vector.body as unknown },
    );
    const wanted = vector.reply ?? vector.replyCode;
    if (wanted === undefined) expect(outcome.reply).toBeUndefined();
    else {
      expect(outcome.reply!.topic).toBe(`/sys/a1X/d1/${vector.path}_reply`);
      expect(typeof wanted === 'number' ? outcome.reply!.code : outcome.reply!.payload).toBe(wanted);
      const { topic, payload, code, failed } = outcome.reply!;
      const id = payload.slice(0, payload.indexOf(`,"code":${code},`));
      const method = vector.path.replaceAll('/', '.');
      const failure = `${id},"code":500,"message":"service error","version":"1.0","method":"${method}","data":{}}`;
      expect(failed!(500)).toEqual({ topic, payload: failure });
      expect(JSON.parse(payload)).toMatchObject({ code, method });
    }
    expect(outcome.problems.map(({ code }) => code)).toEqual(vector.problems ?? []);
    if (vector.body) expect(outcome.requestId).toBe(vector.body.msgToken);
  });

  test.each(vectors.unknown)('"%s" is no path of this lib', (path) => {
    expect(decode(path, '{"id":"1","params":{}}')).toBeUndefined();
  });

  test('a call by RRPC with full topic that is no service is none either', () => {
    expect(decode('thing/model/down_raw', '{"code":200}', 'weak', '77')).toBeUndefined();
  });
});

test('a request is not answered where MQTT cannot carry the topic of the reply (found by fuzzing)', () => {
  const path = (bytes: number): string => `thing/${'x'.repeat(bytes - '/sys/a1X/d1/thing/'.length)}`;
  const room = 65_535 - '_reply'.length;
  expect(decode(path(room), '{"id":"1","params":{}}')?.reply?.topic).toHaveLength(65_535);
  expect(decode(path(room + 1), '{"id":"1","params":{}}')).toMatchObject({ reply: undefined, requestId: '1' });
});

const properties = (count: number): string =>
  `{"id":"1","params":{${Array.from({ length: count }, (_, index) => `"p${index}":1`).join()}}}`;

test('200 properties pass, 201 do not, whatever the validation', () => {
  for (const validation of ['weak', 'strong', 'none'] as const) {
    const refused = decode('thing/event/property/post', properties(201), validation)!;
    expect(refused.reply).toMatchObject({ code: 6106 });
    expect(refused.message).toBeUndefined();
  }
  const taken = bodyOf(decode('thing/event/property/post', properties(200), 'none'));
  expect(Object.keys((taken as { params: object }).params)).toHaveLength(200);
});

test('a member __proto__ is a value that is not taken, and changes no prototype', () => {
  const outcome = decode('thing/event/property/post', '{"id":"1","params":{"__proto__":{"value":1},"Sw":1}}', 'none')!;
  expect(bodyOf(outcome)).toMatchObject({ method: 'report', params: { Sw: 1 } });
  expect(outcome.problems.map(({ code }) => code)).toEqual([460]);
  expect(({} as { value?: unknown }).value).toBeUndefined();
});

test('an id without end is refused, and not echoed', () => {
  for (const id of [`"${'1'.repeat(257)}"`, `"\\u0000"`, '9'.repeat(300)]) {
    const outcome = decode('thing/event/property/post', `{"id":${id},"params":{"Sw":1}}`)!;
    expect(outcome).toMatchObject({ requestId: '', reply: { code: 460 } });
    expect(outcome.reply!.payload.startsWith('{"id":"","code":460,')).toBe(true);
  }
});

test('nesting without end is refused everywhere', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(decode('thing/event/property/post', `{"id":"1","params":{"a":${deep}}}`, 'none')).toMatchObject({
    reply: { code: 460 },
  });
  expect(decode('thing/event/a/post', `{"id":"1","params":{"a":${deep}}}`, 'none')).toMatchObject({
    reply: { code: 460 },
  });
  expect(decode('rrpc/response/7', `{"id":"1","code":200,"data":${deep}}`)!.message).toMatchObject({
    body: { code: 460, msg: 'the answer holds data that cannot be kept' },
  });
});

test.each([
  ['rrpc/response/7', 'done', 'payload is not JSON: expected a value at position 0'],
  [
    'thing/service/property/set_reply',
    '{"id":"7","code":200',
    'payload is not JSON: expected a comma or the end of the object at position 20, where the text ends',
  ],
])('an answer on %s that is no JSON is a failure for whoever waits, not silence', (path, payload, msg) => {
  const { message, problems } = decode(path, payload)!;
  expect(message).toMatchObject({ body: { msgToken: '7', code: 6207, msg } });
  expect(problems).toMatchObject([{ code: 6207 }]);
});

test('every problem says what to do, in words without JSON', () => {
  for (const { path, payload, validation, rrpcId } of vectors.cases) {
    for (const { message, step } of decode(path, payload, validation, rrpcId)!.problems) {
      expect(message).not.toMatch(/["{}\\]/);
      expect(step).toMatch(/^[A-Z].*\.$/);
    }
  }
});

describe('10000 mutilated payloads', () => {
  const tape = createHash('shake256', { outputLength: 10_000 * 12 })
    .update('uplinks')
    .digest();
  const inserts = [
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '\\',
    '\\u0000',
    'null',
    '-',
    '1e999',
    '"id":',
    '"__proto__":{},',
    '\0',
  ];
  const kinds = ['weak', 'strong', 'none', 'no model'] as const;

  /** Cuts a piece out of a payload and puts another one in. */
  const mutilate = (payload: string, [a, b, c, d, e]: number[]): string => {
    const at = ((a! << 8) | b!) % (payload.length + 1);
    return payload.slice(0, at) + (c! < 160 ? inserts[d! % inserts.length]! : '') + payload.slice(at + (e! % 5));
  };

  test('never throw, and every reply is JSON with the members that parsers want', () => {
    let replies = 0;
    let messages = 0;
    for (let start = 0; start < tape.length; start += 12) {
      const [pick, kind, ...bytes] = [...tape.subarray(start, start + 12)] as [number, number, ...number[]];
      const vector = vectors.cases[(pick * 7 + kind) % vectors.cases.length]!;
      let payload = mutilate(vector.payload, bytes.slice(0, 5));
      if (kind % 3 === 0) payload = mutilate(payload, bytes.slice(5));
      const outcome = decode(vector.path, payload, kinds[kind % kinds.length], vector.rrpcId)!;
      if (outcome.reply) {
        replies++;
        const reply = JSON.parse(outcome.reply.payload) as Record<string, unknown>;
        expect(Object.keys(reply)).toEqual(['id', 'code', 'message', 'version', 'method', 'data']);
        expect(outcome.reply.payload).toMatch(/^\{"id":("|[-\d])/);
      }
      if (outcome.message) {
        messages++;
        // An escape, and not a backslash of the text itself with these letters behind it.
        expect(JSON.stringify(outcome.message)).not.toMatch(/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/);
        expect(Number.isSafeInteger(bodyOf(outcome).timestamp)).toBe(true);
      }
    }
    expect(replies).toBeGreaterThan(2000);
    expect(messages).toBeGreaterThan(500);
  });

  test('random bytes never throw', () => {
    for (let start = 0; start < tape.length; start += 60) {
      const payload = tape.subarray(start, start + 60);
      expect(decode('thing/event/property/post', payload)).toMatchObject({ reply: { code: 6207 } });
      expect(decode('rrpc/response/1', payload)!.reply).toBeUndefined();
    }
  });
});
