import { publish } from '../../test/publish';

const NOW = 1_700_000_000_000;
const post = (params: unknown) =>
  publish({ path: '_thing/diag/post', now: NOW }, JSON.stringify({ id: '7', version: '1.0', params }))!;
const wifi = { rssi: 75, snr: 20, per: 10, err_stats: '10,02,01;10,05,01' };

test('how the network is now is kept with its time', () => {
  const outcome = post({ p: { wifi, _time: NOW - 5000 }, model: 'quantity=single|format=simple|time=now' });
  expect(outcome).toMatchObject({
    message: {
      handle: 'log',
      type: 'network',
      body: { method: 'networkReport', history: false, samples: [{ timestamp: NOW - 5000, metrics: { wifi } }] },
    },
    problems: [],
  });
  expect(outcome.reply!.payload).toBe(
    '{"id":"7","code":200,"message":"success","version":"1.0","method":"_thing.diag.post","data":{}}',
  );
});

test('how it was comes as a list', () => {
  const model = 'format=simple|quantity=batch|time=history';
  const samples = [
    { wifi, _time: NOW - 60_000 },
    { wifi, _time: NOW + 48 * 3_600_000 },
    { wifi, _time: 'soon' },
  ];
  expect(post({ p: samples, model }).message).toMatchObject({
    body: { history: true, samples: [{ timestamp: NOW - 60_000 }, { timestamp: NOW }, { timestamp: NOW }] },
  });
});

test.each([
  ['nothing', {}],
  ['a list without samples', { p: [] }],
  ['too many', { p: Array.from({ length: 41 }, () => ({ wifi })) }],
  ['a sample that says nothing', { p: [{ wifi }, { _time: NOW }] }],
  ['a sample that is none', { p: [{ wifi }, 7] }],
  ['a sample that no database keeps', { p: { wifi: { err_stats: '\0' } } }],
  ['a sample without end', { p: { wifi: { err_stats: 'x'.repeat(5000) } } }],
  ['a list', []],
])('%s is refused as a whole', (_name, params) => {
  expect(post(params)).toMatchObject({ message: undefined, reply: { code: 460 } });
});
