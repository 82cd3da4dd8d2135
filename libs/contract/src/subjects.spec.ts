import { HANDLES, PROTOCOL_CODE, subjects } from './subjects';

const { application } = subjects;

/** Expectations: the interface facts of unitedrhino's NATS subjects. */
test.each<[string, string]>([
  [subjects.up('thing', 'p', 'd'), 'device.up.thing.p.d'],
  [subjects.reports(3), 'alink.up.3'],
  [subjects.up('ext', 'p', 'd.with.dots'), 'device.up.ext.p.d.with.dots'],
  [subjects.sessionBegan, 'alink.status.connected'],
  [subjects.sessionEnded, 'alink.status.disconnected'],
  [subjects.connected, 'device.up.status.connected'],
  [subjects.disconnected, 'device.up.status.disconnected'],
  [subjects.down('thing', 'p', 'd'), 'device.down.aliyunMqtt.thing.p.d'],
  [subjects.down('config', 'p', 'd', 'other'), 'device.down.other.config.p.d'],
  [subjects.statusFix, 'device.down.aliyunMqtt.status.fix'],
  [subjects.cacheSync('cache:dm:product:schema'), 'server.cache.sync.cache:dm:product:schema'],
  [subjects.deviceCreated, 'server.things.dm.device.info.create'],
  [subjects.deviceUpdated, 'server.things.dm.device.info.update'],
  [subjects.deviceDeleted, 'server.things.dm.device.info.delete'],
  [subjects.deviceReset, 'server.things.dm.device.info.reset'],
  [subjects.productCreated, 'server.things.dm.product.info.create'],
  [subjects.productUpdated, 'server.things.dm.product.info.update'],
  [subjects.productDeleted, 'server.things.dm.product.info.delete'],
  [subjects.protocolUpdated('aliyunMqtt'), 'server.things.dm.protocol.aliyunMqtt.update'],
  [application.status('p', 'd'), 'application.device.p.d.status.disconnected'],
  [application.property('p', 'd', 'temp'), 'application.device.p.d.report.thing.property.temp'],
  [application.propertiesV2('p', 'd'), 'application.v2.device.p.d.report.thing.property'],
  [application.event('p', 'd', 'alert', 'hot'), 'application.device.p.d.report.thing.event.alert.hot'],
  [application.action('p', 'd', 'reset', 'req', 'down'), 'application.device.p.d.report.thing.action.reset.req.down'],
  [application.action('p', 'd', 'reset', 'resp', 'up'), 'application.device.p.d.report.thing.action.reset.resp.up'],
])('%s', (made, expected) => {
  expect(made).toBe(expected);
});

/** NATS: `*` stands for one token, `>` for one or more at the end. */
const matches = (pattern: string, subject: string): boolean => {
  const tokens = subject.split('.');
  const wanted = pattern.split('.');
  if (wanted.at(-1) === '>')
    return (
      tokens.length >= wanted.length &&
      matches(wanted.slice(0, -1).join('.'), tokens.slice(0, wanted.length - 1).join('.'))
    );
  return tokens.length === wanted.length && wanted.every((token, index) => token === '*' || token === tokens[index]);
};

test('a node that holds a device hears all its commands and nobody else’s', () => {
  const interest = subjects.downOfDevice('p', 'dev.001');
  for (const handle of HANDLES) {
    expect(matches(interest, subjects.down(handle, 'p', 'dev.001'))).toBe(true);
  }
  expect(matches(interest, subjects.down('thing', 'p', 'dev.002'))).toBe(false);
  expect(matches(interest, subjects.down('thing', 'p', 'dev'))).toBe(false);
  expect(matches(interest, subjects.down('thing', 'p', 'dev.001', 'other'))).toBe(false);
  expect(matches(`device.down.${PROTOCOL_CODE}.>`, subjects.down('thing', 'p', 'dev.001'))).toBe(true);
});

test('uplinks in unitedrhino’s form are heard, presence is not among them', () => {
  for (const handle of HANDLES) {
    expect(matches(subjects.upOfHandle(handle), subjects.up(handle, 'p', 'dev.001'))).toBe(true);
    expect(matches(subjects.upOfHandle(handle), subjects.connected)).toBe(false);
  }
});

test('everything that must be kept is in what dm consumes, commands and copies are not', () => {
  const kept = (subject: string) => subjects.upAll.some((pattern) => matches(pattern, subject));
  for (const subject of [subjects.reports(0), subjects.sessionBegan, subjects.sessionEnded, subjects.hubLog]) {
    expect(kept(subject)).toBe(true);
  }
  for (const subject of [
    subjects.up('thing', 'p', 'd'),
    subjects.connected,
    subjects.disconnected,
    subjects.down('thing', 'p', 'd'),
    subjects.statusFix,
    application.propertiesV2('p', 'd'),
  ]) {
    expect(kept(subject)).toBe(false);
  }
});

test('the stream keeps nothing that unitedrhino’s services make streams of', () => {
  const firstTokens = subjects.upAll.map((pattern) => pattern.split('.')[0]);
  for (const token of ['device', 'server', 'application']) expect(firstTokens).not.toContain(token);
});
