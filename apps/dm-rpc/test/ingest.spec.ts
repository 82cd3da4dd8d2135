import {
  decodeEnvelope,
  encodeEnvelope,
  encodeReport,
  joinReports,
  subjects,
  type DeviceMessage,
  type HubLogEntry,
} from '@alink/contract';
import { createDevices, DEVICE, NAMES, PRODUCT, reportOf, sendUplink, startDm, type DmFixture } from './dm-fixture';
import { ingestOf, kept, keptReports, keptUplink } from './ingest-fixture';

let fixture: DmFixture;
beforeAll(async () => void (fixture = await startDm()));
afterAll(() => fixture?.stop());
beforeEach(() => createDevices(fixture, DEVICE, 'dev002'));
afterEach(async () => {
  const { prisma } = fixture.db;
  for (const table of ['property_history', 'event_history', 'hub_log', 'device', 'product']) {
    await prisma.$executeRawUnsafe(`DELETE FROM ${table}`);
  }
});

const report = (params: Record<string, number | string>, timestamp: number, msgToken = '123'): DeviceMessage => ({
  method: 'report',
  msgToken,
  timestamp,
  params,
});
const latest = async (deviceName = DEVICE) => {
  const { list } = await fixture.data.propertyLatestIndex({ ...NAMES, deviceName, ignoreEmpty: true });
  return list.map(({ dataID, value, timestamp }) => `${dataID}=${value}@${timestamp}`).join(' ');
};
const history = async (dataID: string, over: object = {}) => {
  const { list, total } = await fixture.data.propertyLogIndex({ ...NAMES, dataID, ...over });
  return `${list.map(({ value, timestamp }) => `${value}@${timestamp}`).join(' ')} of ${total}`;
};

const ingest = () => ingestOf(fixture);

describe('reports', () => {
  test('become history and latest values', async () => {
    await sendUplink(fixture.bus, report({ temperature: 25.5, serial: 'ü"\u0000x' }, 1778593628940));
    expect(await latest()).toBe('temperature=25.5@1778593628940 serial=ü"\u0000x@1778593628940');
    expect(await history('temperature')).toBe('25.5@1778593628940 of 1');
    const { list } = await fixture.data.propertyLatestIndex(NAMES);
    expect(list.map(({ dataID, dataName, value }) => [dataID, dataName, value])).toEqual([
      ['temperature', 'Temperature', '25.5'],
      ['rpm', 'Speed', '0'],
      ['serial', 'Serial', 'ü"\u0000x'],
    ]);
  });

  test('an older one that comes later does not become the latest', async () => {
    for (const [value, time] of [
      [1, 2000],
      [2, 1000],
      [3, 2000],
      [4, 1999],
    ] as const) {
      await sendUplink(fixture.bus, report({ rpm: value }, time));
    }
    expect(await latest()).toBe('rpm=3@2000');
    expect(await history('rpm', { order: '1' })).toMatch(/^2@1000 4@1999 [13]@2000 [13]@2000 of 4$/);
  });

  describe('a clock that is ahead', () => {
    const MINUTE = 60_000;

    test('does not keep its value the latest once it is mended', async () => {
      const handle = ingest();
      const now = Date.now();
      await handle([keptUplink(report({ rpm: 1 }, now + 23 * 60 * MINUTE))]);
      const [, shown] = /^rpm=1@(\d+)$/.exec(await latest()) ?? [];
      // It counts as the time of arrival.
      expect(Number(shown)).toBeGreaterThanOrEqual(now);
      expect(Number(shown)).toBeLessThan(now + MINUTE);
      expect(await history('rpm')).toBe(`1@${shown} of 1`);
      const mended = Date.now() + 1000;
      await handle([keptUplink(report({ rpm: 2 }, mended))]);
      expect(await latest()).toBe(`rpm=2@${mended}`);
      // What was read earlier is no newer for it.
      await handle([keptUplink(report({ rpm: 3 }, now - MINUTE))]);
      expect(await latest()).toBe(`rpm=2@${mended}`);
    });

    test('by less than a minute is believed', async () => {
      const time = Date.now() + MINUTE / 2;
      await ingest()([keptUplink(report({ rpm: 1 }, time))]);
      expect(await latest()).toBe(`rpm=1@${time}`);
    });

    test('holds for events, packs and what was kept before this rule', async () => {
      const { prisma } = fixture.db;
      const handle = ingest();
      const ahead = Date.now() + 60 * MINUTE;
      const event = { method: 'eventPost', msgToken: '8', eventID: 'highTemperature', type: 'alert' } as const;
      await handle([
        keptUplink({ ...event, timestamp: ahead, params: { temperature: 99 } }),
        keptUplink({
          method: 'packReport',
          msgToken: '9',
          timestamp: 1000,
          properties: [{ timestamp: ahead, params: { rpm: 1 } }],
          events: [{ timestamp: ahead, eventID: 'highTemperature', params: { temperature: 98 } }],
        }),
      ]);
      const { list } = await fixture.data.eventLogIndex(NAMES);
      expect(list).toHaveLength(2);
      for (const { timestamp } of list) expect(Number(timestamp)).toBeLessThan(Date.now() + 1);
      // As after a time in which the platform's own clock was ahead.
      await prisma.$executeRaw`UPDATE property_latest SET timestamp = ${ahead}`;
      const time = Date.now();
      await handle([keptUplink(report({ rpm: 2 }, time))]);
      expect(await latest()).toBe(`rpm=2@${time}`);
    });
  });

  test('a pack has its own times and events', async () => {
    await sendUplink(fixture.bus, {
      method: 'packReport',
      msgToken: '7',
      timestamp: 9000,
      properties: [
        { timestamp: 1000, params: { rpm: 1 } },
        { timestamp: 3000, params: { rpm: 3 } },
        { timestamp: 2000, params: { rpm: 2, temperature: 1 } },
      ],
      events: [
        { timestamp: 1000, eventID: 'highTemperature', params: { temperature: 1 } },
        { timestamp: 1000, eventID: 'highTemperature', params: { temperature: 2 } },
      ],
    });
    expect(await latest()).toBe('temperature=1@2000 rpm=3@3000');
    expect(await history('rpm')).toBe('3@3000 2@2000 1@1000 of 3');
    expect(await history('rpm', { timeStart: '1500', timeEnd: '2000' })).toBe('2@2000 of 1');
    expect(await history('rpm', { page: { page: '2', size: '2' } })).toBe('1@1000 of 3');
    const { list } = await fixture.data.eventLogIndex(NAMES);
    expect(list.map((event) => event.params).sort()).toEqual(['{"temperature":1}', '{"temperature":2}']);
  });

  test('events are kept with their type', async () => {
    const event = { method: 'eventPost', msgToken: '8', eventID: 'highTemperature', type: 'alert' } as const;
    await sendUplink(fixture.bus, { ...event, timestamp: 1000, params: { temperature: 99 } });
    const entry = {
      timestamp: '1000',
      type: 'alert',
      dataID: 'highTemperature',
      params: '{"temperature":99}',
      deviceName: DEVICE,
    };
    const { data } = fixture;
    expect((await data.eventLogIndex({ productID: PRODUCT })).list).toEqual([entry]);
    expect((await data.eventLogIndex({ ...NAMES, types: ['info'] })).list).toEqual([]);
    expect((await data.eventLogIndex({ ...NAMES, dataID: 'other' })).list).toEqual([]);
    expect((await data.eventLogIndex({ ...NAMES, timeEnd: '999' })).list).toEqual([]);
    expect((await data.eventLogIndex({ ...NAMES, timeStart: '1000', timeEnd: '1000' })).total).toBe('1');
    expect((await data.eventLogIndex({ ...NAMES, page: { page: '2', size: '1' } })).list).toEqual([]);
    expect((await data.eventLogIndex({ productID: PRODUCT, deviceNames: ['dev002'] })).list).toEqual([]);
  });

  test('events of a product are found however many devices it has', async () => {
    await fixture.db.prisma.$executeRaw`
      INSERT INTO device (product_id, device_name, secret, updated_at)
      SELECT ${PRODUCT}, 'many' || i, '', now() FROM generate_series(1, 40000) AS i`;
    const event = { method: 'eventPost', msgToken: '8', eventID: 'highTemperature', type: 'alert' } as const;
    await sendUplink(fixture.bus, { ...event, timestamp: 1000, params: {} }, { ...NAMES, deviceName: 'many40000' });
    const { list, total } = await fixture.data.eventLogIndex({ productID: PRODUCT });
    expect([total, list[0]?.deviceName]).toEqual(['1', 'many40000']);
  });

  test('applications are told, after it is kept', async () => {
    const told = new Map<string, unknown>();
    const listening = fixture.bus.subscribe('application.>', ({ subject, data }) =>
      told.set(subject, JSON.parse(decodeEnvelope(data.toString()).data)),
    );
    await sendUplink(fixture.bus, report({ rpm: 1 }, 1000));
    const event = { method: 'eventPost', msgToken: '8', eventID: 'highTemperature', type: 'alert' } as const;
    await sendUplink(fixture.bus, { ...event, timestamp: 1000, params: { temperature: 99 } });
    listening.unsubscribe();
    const at = `application.device.${PRODUCT}.${DEVICE}.report.thing`;
    const base = { device: NAMES, timestamp: '1000' };
    expect(Object.fromEntries(told)).toEqual({
      [`${at}.property.rpm`]: { ...base, identifier: 'rpm', param: 1 },
      [`application.v2.device.${PRODUCT}.${DEVICE}.report.thing.property`]: { ...base, params: { rpm: 1 } },
      [`${at}.event.alert.highTemperature`]: {
        ...base,
        identifier: 'highTemperature',
        type: 'alert',
        params: { temperature: 99 },
      },
    });
  });

  /** What applications are told: the part of each subject behind the device, and its body. */
  const toldOf = async (...messages: readonly DeviceMessage[]): Promise<[string, Record<string, unknown>][]> => {
    const told: [string, Record<string, unknown>][] = [];
    const listening = fixture.bus.subscribe('application.>', ({ subject, data }) => {
      told.push([subject.split('.report.thing.')[1]!, JSON.parse(decodeEnvelope(data.toString()).data)]);
    });
    for (const message of messages) await sendUplink(fixture.bus, message);
    listening.unsubscribe();
    return told;
  };
  const unvalidated = () =>
    fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });

  test('applications are told by the platform itself, for its tenant', async () => {
    const users: unknown[] = [];
    const listening = fixture.bus.subscribe('application.>', ({ data }) =>
      users.push(decodeEnvelope(data.toString()).userCtx),
    );
    await sendUplink(fixture.bus, report({ rpm: 1 }, 1000));
    listening.unsubscribe();
    expect(users).toHaveLength(2);
    for (const user of users) expect(user).toMatchObject({ TenantCode: 'default', UserID: '0', IsAdmin: true });
  });

  test('applications are not told of what the thing model does not have', async () => {
    await unvalidated();
    const event = { method: 'eventPost', msgToken: '8', type: 'info', timestamp: 1, params: {} } as const;
    const told = await toldOf(
      report({ odd: 1 }, 1000),
      report({ odd: 1, rpm: 2 }, 1000),
      { ...event, eventID: 'odd' },
      { ...event, eventID: 'highTemperature' },
    );
    expect(told.map(([subject, { params, param }]) => [subject, params ?? param])).toEqual([
      ['property', { rpm: 2 }],
      ['property.rpm', 2],
      ['event.info.highTemperature', {}],
    ]);
    expect(await latest()).toBe('rpm=2@1000 odd=1@1000');
  });

  test('what is packed is told one by one, each event with the type that the thing model gives it', async () => {
    const told = await toldOf({
      method: 'packReport',
      msgToken: '9',
      timestamp: 5000,
      properties: [
        { timestamp: 1000, params: { rpm: 1 } },
        { timestamp: 2000, params: { rpm: 2 } },
      ],
      events: [
        { timestamp: 3000, eventID: 'highTemperature', params: { temperature: 99 } },
        { timestamp: 4000, eventID: 'odd', params: {} },
      ],
    });
    expect(told.map(([subject, { timestamp, type }]) => [subject, timestamp, type])).toEqual([
      ['property', '1000', undefined],
      ['property.rpm', '1000', undefined],
      ['property', '2000', undefined],
      ['property.rpm', '2000', undefined],
      ['event.alert.highTemperature', '3000', 'alert'],
    ]);
    const { list } = await fixture.data.eventLogIndex(NAMES);
    expect(list.map(({ dataID, type }) => [dataID, type])).toEqual([
      ['odd', 'info'],
      ['highTemperature', 'alert'],
    ]);
  });

  test('what a device answers when it is asked for its values is kept and told like a report', async () => {
    const answer = { method: 'getReportReply', msgToken: '3', timestamp: 1000 } as const;
    const told = await toldOf(
      { ...answer, code: 200, data: { rpm: 7 } },
      { ...answer, code: 2000004, data: { rpm: 8 } },
      { ...answer, code: 200 },
    );
    expect(told.map(([subject]) => subject)).toEqual(['property', 'property.rpm']);
    expect(await latest()).toBe('rpm=7@1000');
  });

  test('a call from a device is told', async () => {
    const call = { msgToken: '5', timestamp: 1000, actionID: 'askWeather', params: { city: 'x' } };
    expect(await toldOf({ method: 'action', ...call })).toEqual([
      ['action.askWeather.req.up', { device: NAMES, ...call, timestamp: '1000', dir: 'up', reqType: 'req' }],
    ]);
  });

  test('each has a line in the log of the device, and so has what a node tells', async () => {
    await sendUplink(fixture.bus, report({ rpm: 1 }, 1000, '42'), NAMES, 5000);
    await sendUplink(fixture.bus, Buffer.from('custom payload'), NAMES, 6000);
    await sendUplink(fixture.bus, Buffer.from([0xff, 0xfe, 0]), NAMES, 6500);
    const refused: HubLogEntry = {
      productID: PRODUCT,
      deviceName: DEVICE,
      timestamp: 7000,
      action: 'refuse',
      topic: '',
      requestID: '',
      content: 'wrong sign\0; check the secret',
      resultCode: 4,
      respPayload: '',
    };
    await fixture.bus.publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(refused), 7000));
    // Whoever dials in may name devices that there are not: they have no log.
    const ofNobody = { ...refused, deviceName: 'nobody-there' };
    await fixture.bus.publishKept(subjects.hubLog, encodeEnvelope(JSON.stringify(ofNobody), 7001));
    await sendUplink(fixture.bus, Buffer.from('odd'), { ...NAMES, deviceName: 'nobody-there' }, 7002);
    const { list } = await fixture.data.hubLogIndex({ productID: PRODUCT });
    expect(
      list.map(({ timestamp, action, requestID, content, resultCode }) => [
        timestamp,
        action,
        requestID,
        content,
        resultCode,
      ]),
    ).toEqual([
      ['7000', 'refuse', '', 'wrong sign; check the secret', '4'],
      ['6500', 'property', '', '', '200'],
      ['6000', 'property', '', 'custom payload', '200'],
      ['5000', 'property', '42', JSON.stringify(report({ rpm: 1 }, 1000, '42')), '200'],
    ]);
    const only = async (over: object) =>
      Number((await fixture.data.hubLogIndex({ productID: PRODUCT, ...over })).total);
    expect(await only({ deviceName: 'nobody-there' })).toBe(0);
    expect(await only({ actions: ['publish'] })).toBe(3);
    expect(await only({ actions: ['property'] })).toBe(3);
    expect(await only({ actions: ['event', 'ext'] })).toBe(0);
    expect(await only({ requestID: '42' })).toBe(1);
    expect(await only({ content: 'custom' })).toBe(1);
    expect(await only({ content: '%' })).toBe(0);
    expect(await only({ timeStart: '6000', timeEnd: '6999' })).toBe(2);
  });
});

describe('a batch', () => {
  test('that comes again changes nothing', async () => {
    const batch = [
      keptUplink(report({ rpm: 1, temperature: 2 }, 1000)),
      keptUplink({ method: 'eventPost', msgToken: '1', eventID: 'e', type: 'info', timestamp: 1000, params: {} }),
      keptUplink(report({ rpm: 5 }, 2000), { ...NAMES, deviceName: 'dev002' }),
    ];
    const handle = ingest();
    const count = async () => {
      const { propertyHistory, eventHistory, hubLog } = fixture.db.prisma;
      return [await propertyHistory.count(), await eventHistory.count(), await hubLog.count()];
    };
    /** The bus gives what it delivers once more as new objects. */
    const again = () => batch.map((message) => ({ ...message }));
    await handle(batch);
    expect(await count()).toEqual([3, 1, 3]);
    await handle(again());
    await Promise.all([handle(again()), handle(again().reverse()), handle(again().slice(1))]);
    expect(await count()).toEqual([3, 1, 3]);
    expect(await latest()).toBe('temperature=2@1000 rpm=1@1000');
  });

  test('may hold the same report several times, each at its place', async () => {
    const same = reportOf(report({ rpm: 1 }, 1000), NAMES, 5000);
    const batch = [keptReports(same, same), keptReports(same)];
    const handle = ingest();
    await handle(batch);
    await handle(batch.map((message) => ({ ...message })));
    expect(await history('rpm')).toBe('1@1000 1@1000 1@1000 of 3');
  });

  test('keeps the order of a device’s reports, whichever message they are in', async () => {
    const at = (rpm: number) => reportOf(report({ rpm }, 1000));
    await ingest()([keptReports(at(1), at(2)), keptReports(at(3), at(4))]);
    expect(await latest()).toBe('rpm=4@1000');
  });

  test('with messages that cannot be read keeps the others', async () => {
    const foreign = (payload: string) => reportOf(JSON.parse(payload) as DeviceMessage);
    const before = fixture.logged.length;
    await ingest()([
      kept(subjects.reports(0), ''),
      kept(subjects.reports(0), 'null'),
      kept(subjects.reports(0), '{"reports":{}}'),
      kept(subjects.reports(0), '{"reports":[null,{"productID":"p"},{"productID":"p","deviceName":"d","message":[]}]}'),
      kept(subjects.sessionBegan, encodeEnvelope('{"action":"connected"}', 1)),
      kept(subjects.hubLog, encodeEnvelope('null', 1)),
      keptReports(
        foreign('{"method":"report"}'),
        foreign('{"method":"report","params":[1]}'),
        foreign('{"method":"report","params":{"rpm":7},"timestamp":"yesterday"}'),
        foreign('{"method":"packReport","properties":[{}],"events":[]}'),
        foreign('{"method":"packReport","properties":[]}'),
        foreign('{"method":"eventPost","params":{}}'),
        foreign('{"method":7}'),
        foreign('{"method":"report","params":{"rpm":8},"timestamp":1e300,"code":1e20,"msgToken":5}'),
        foreign('{"method":"constructor"}'),
      ),
      keptReports(
        reportOf(report({ ['x'.repeat(5000)]: 1, rpm: 9 }, 1e15)),
        reportOf(report({ rpm: 1 }, 1), { productID: PRODUCT, deviceName: 'deleted' }),
        reportOf(report({ rpm: 1 }, 1), { productID: 'p\0', deviceName: 'd\0' }),
      ),
    ]);
    expect(await latest()).toMatch(/rpm=9@\d{13}( |$)/);
    expect(Number((await fixture.data.propertyLogIndex({ ...NAMES, dataID: 'rpm' })).total)).toBe(3);
    const skipped = fixture.logged.slice(before).filter((line) => line.includes('unreadable message skipped'));
    expect(skipped).toHaveLength(14);
  });

  test('in which the database refuses one report keeps the others, also those of its message', async () => {
    // A check of the database's own stands for whatever it may refuse that the code did not foresee.
    const { prisma } = fixture.db;
    await fixture.products.productInfoUpdate({ productID: PRODUCT, protocolConf: { validation: 'none' } });
    await prisma.$executeRaw`ALTER TABLE property_latest ADD CONSTRAINT no_13 CHECK (value <> '13')`;
    try {
      const values = [1, 2, 13, 4, 5];
      const before = fixture.logged.length;
      await ingest()([keptReports(...values.map((value) => reportOf(report({ [`p${value}`]: value }, 1000))))]);
      expect(await latest()).toBe('p1=1@1000 p2=2@1000 p4=4@1000 p5=5@1000');
      expect(await prisma.propertyHistory.count()).toBe(4);
      expect(fixture.logged.slice(before).join()).toContain('message refused by the database, skipped');
    } finally {
      await prisma.$executeRaw`ALTER TABLE property_latest DROP CONSTRAINT no_13`;
    }
  });

  test('in which nothing can be written of some reports keeps the others, also those of their message', async () => {
    const before = fixture.logged.length;
    const wrong = (message: string) => `{"productID":"${PRODUCT}","deviceName":"${DEVICE}","message":${message}}`;
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const reports = [
      encodeReport(reportOf(report({ rpm: 1 }, 1000))),
      wrong('{"method":"report","params":{"rpm":2},"msgToken":{"toString":1}}'),
      wrong('{"method":"controlReply","msgToken":{"toString":1}}'),
      wrong(`{"method":"report","params":{"rpm":${deep}}}`),
      encodeReport(reportOf(report({ rpm: 3 }, 3000))),
    ];
    await ingest()([kept(subjects.reports(0), joinReports(reports))]);
    expect(await history('rpm')).toBe('3@3000 1@1000 of 2');
    const skipped = fixture.logged.slice(before).filter((line) => line.includes('holds what cannot be written'));
    expect(skipped).toHaveLength(3);
  });

  test('of much data is more than one transaction, and what one of them kept is not told again', async () => {
    const { prisma } = fixture.db;
    const told: string[] = [];
    const listening = fixture.bus.subscribe(subjects.application.property(PRODUCT, DEVICE, '*'), ({ subject }) =>
      told.push(subject.split('.').at(-1)!),
    );
    const full = (name: string) => keptUplink(report({ [name]: 'x'.repeat(600_000) }, 1000));
    const batch = [full('serial'), full('rpm')];
    const handle = ingest();
    // Stands for a database that fails in the middle: what it says is none of the faults that lie in the data.
    await prisma.$executeRaw`CREATE FUNCTION fail() RETURNS trigger AS $$ BEGIN RAISE 'away' USING ERRCODE = '57P01'; END $$ LANGUAGE plpgsql`;
    await prisma.$executeRaw`
      CREATE TRIGGER fail BEFORE INSERT ON property_latest FOR EACH ROW WHEN (NEW.identifier = 'rpm') EXECUTE FUNCTION fail()`;
    try {
      await expect(handle(batch)).rejects.toThrow();
      expect(await prisma.propertyHistory.count()).toBe(1);
    } finally {
      await prisma.$executeRaw`DROP FUNCTION fail CASCADE`;
    }
    await handle(batch);
    listening.unsubscribe();
    expect(await prisma.propertyHistory.count()).toBe(2);
    expect(told).toEqual(['serial', 'rpm']);
  });

  test('many at once on the same devices, in any order, neither deadlock nor lose anything', async () => {
    const handle = ingest();
    const batches = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 40 }, (_, j) =>
        keptUplink(report({ rpm: i * 100 + j, temperature: j }, i * 100 + j, String(i)), {
          productID: PRODUCT,
          deviceName: (i + j) % 2 ? DEVICE : 'dev002',
        }),
      ),
    );
    await Promise.all(batches.map((batch, i) => handle(i % 2 ? batch : [...batch].reverse())));
    expect(await fixture.db.prisma.propertyHistory.count()).toBe(12 * 40 * 2);
    expect(await latest()).toContain('rpm=1138@1138');
    expect(await latest('dev002')).toContain('rpm=1139@1139');
  });
});
