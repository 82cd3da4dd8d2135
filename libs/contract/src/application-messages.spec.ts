import { actionReport, connectReport, eventReport, propertyReports } from './application-messages';

const device = { productID: 'p1', deviceName: 'd1' };
const names = '"device":{"productID":"p1","deviceName":"d1"}';

/** Expectations: the structs of unitedrhino's package `application`, member by member. */
test('properties: one message for each, and one for all', () => {
  expect(propertyReports(device, { timestamp: 1000, params: { rpm: 1, 'list.0': [2] } })).toEqual([
    {
      subject: 'application.v2.device.p1.d1.report.thing.property',
      data: `{${names},"timestamp":"1000","params":{"rpm":1,"list.0":[2]}}`,
    },
    {
      subject: 'application.device.p1.d1.report.thing.property.rpm',
      data: `{${names},"timestamp":"1000","identifier":"rpm","param":1}`,
    },
    {
      subject: 'application.device.p1.d1.report.thing.property.list.0',
      data: `{${names},"timestamp":"1000","identifier":"list.0","param":[2]}`,
    },
  ]);
});

test('who had a property set is named exactly, however long the id', () => {
  const told = (operatorUserID: string) =>
    propertyReports(device, { timestamp: 1, params: { rpm: 1 }, operatorUserID })[1]!.data;
  expect(told('1840638724534751233')).toBe(
    `{${names},"timestamp":"1","identifier":"rpm","param":1,"operatorUserId":1840638724534751233}`,
  );
  for (const nobody of ['', '0', '1}', '-1']) expect(told(nobody)).not.toContain('operatorUserId');
});

test('an event', () => {
  const report = { timestamp: 1000, identifier: 'hot', type: 'alert', params: { temperature: 99 } };
  expect(eventReport(device, report)).toEqual({
    subject: 'application.device.p1.d1.report.thing.event.alert.hot',
    data: `{${names},"timestamp":"1000","identifier":"hot","type":"alert","params":{"temperature":99}}`,
  });
});

test('a call of an action, and its answer', () => {
  const base = { timestamp: 1000, actionID: 'echo', msgToken: '7' };
  const call = { ...base, reqType: 'req', dir: 'down', params: { text: 'x' }, operatorUserID: '5' } as const;
  expect(actionReport(device, call)).toEqual({
    subject: 'application.device.p1.d1.report.thing.action.echo.req.down',
    data: `{${names},"msgToken":"7","timestamp":"1000","actionID":"echo","params":{"text":"x"},"dir":"down","reqType":"req","operatorUserId":5}`,
  });
  const answer = { ...base, reqType: 'resp', dir: 'up', code: 2000004, msg: 'jammed' } as const;
  for (const params of [undefined, null, 'text', [1]]) {
    expect(actionReport(device, { ...answer, params })).toEqual({
      subject: 'application.device.p1.d1.report.thing.action.echo.resp.up',
      data: `{${names},"msgToken":"7","timestamp":"1000","actionID":"echo","params":{},"code":2000004,"msg":"jammed","dir":"up","reqType":"resp"}`,
    });
  }
});

test('online and offline: the state is a number, the subject the same', () => {
  const subject = 'application.device.p1.d1.status.disconnected';
  expect(connectReport(device, { isOnline: true, timestamp: 1000, reason: '' })).toEqual({
    subject,
    data: `{${names},"status":1,"timestamp":"1000","reason":""}`,
  });
  expect(connectReport(device, { isOnline: false, timestamp: 1000, reason: 'gone' })).toEqual({
    subject,
    data: `{${names},"status":2,"timestamp":"1000","reason":"gone"}`,
  });
  const via = { productID: 'p2', deviceName: 'gate' };
  expect(connectReport(device, { isOnline: true, timestamp: 1000, reason: '', via }).data).toBe(
    `{${names},"status":1,"timestamp":"1000","reason":"","via":{"productID":"p2","deviceName":"gate"}}`,
  );
});
