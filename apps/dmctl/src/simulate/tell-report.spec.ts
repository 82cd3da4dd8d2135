import type { FleetReport } from '@alink/simulator';
import { Output } from '../output';
import { tellReport } from './tell-report';

const report: FleetReport = {
  devices: 2,
  connected: 2,
  onlineAtEnd: 2,
  seconds: 10,
  connects: 3,
  registrations: 0,
  losses: 1,
  cuts: 0,
  failures: {},
  refusedFilters: 0,
  reports: { sent: 20, accepted: 20, refused: 0, perSecond: 2 },
  messages: { properties: { sent: 20, accepted: 20, refused: 0 }, ntp: { sent: 3, accepted: 3, refused: 0 } },
  unanswered: 0,
  sentAgain: 0,
  refusals: {},
  told: { set: 1, rrpc: 2 },
  latency: { p50: 1.5, p99: 7 },
};
const told = (over: Partial<FleetReport>, json = false): { written: string; failure: unknown } => {
  let written = '';
  const io = {
    stdout: (text: string) => (written += text),
    stderr: () => undefined,
    terminalColumns: () => undefined,
    now: () => 0,
  };
  const out = new Output(io, json);
  try {
    tellReport(out, { ...report, ...over }, 'p');
    return { written, failure: undefined };
  } catch (failure) {
    return { written, failure };
  }
};

test('for people', () => {
  expect(told({})).toEqual({
    failure: undefined,
    written: `devices:      2 of 2 were let in, 2 online at the end
time:         10 s
connections:  3, 1 lost, 0 cut
reports:      20 sent (2/s), 20 accepted, 0 refused
latency:      1.5 ms in the middle, 7 ms for 99 of 100
told:         1 set, 2 rrpc
messages:     20 properties, 3 ntp
`,
  });
});

test('what was refused is a failure, and stands there with its reason', () => {
  const refused = {
    reports: { sent: 20, accepted: 15, refused: 5, perSecond: 2 },
    refusals: { 'properties: 6306 tsl parse: data type is not int -> level': 5 },
    refusedFilters: 2,
  };
  const { written, failure } = told(refused);
  expect(written).toMatch(/refused {2}properties: 6306 tsl parse: data type is not int -> level {2}5\n$/);
  expect(failure).toMatchObject({
    kind: 'refused',
    message: '5 of 20 reports were refused, 2 subscriptions were refused',
  });
});

test('the codes of refusals are told in words', () => {
  const { written } = told({ connected: 1, failures: { 'CONNACK 4': 3, ECONNREFUSED: 1 } });
  expect(written).toMatch(/connecting {2}CONNACK 4 {5}3\n/);
  expect(written).toMatch(
    /\nCONNACK 4: bad user name or password: .* \(dmctl product update p --auto-register existing/,
  );
  expect(written).not.toContain('ECONNREFUSED:');
});

test('as JSON, whatever came of it', () => {
  expect(JSON.parse(told({ connected: 1 }, true).written)).toEqual({ ...report, connected: 1 });
});
