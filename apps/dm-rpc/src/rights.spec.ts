import { services } from '@alink/contract';
import { rights, type ServiceName } from './rights';

/** What dm.rpc serves: the packages dm and alink. alink.Status is every server's, as health is, and knows no user. */
const served = (Object.keys(services) as (keyof typeof services)[]).filter(
  (key) => /^(dm|alink)\./.test(services[key].name) && key !== 'status',
);

test('every service that dm.rpc serves has its table', () => {
  expect(Object.keys(rights).sort()).toEqual(served.sort());
});

test.each(Object.keys(rights) as ServiceName[])('%s: every method has its line, and no other', (name) => {
  expect(Object.keys(rights[name]).sort()).toEqual(Object.keys(services[name].definition).sort());
});

test('what nodes ask, and nobody else, needs root', () => {
  const asked = [rights.directory, rights.requests, rights.credentials].flatMap((table) => Object.values(table));
  expect(new Set(asked)).toEqual(new Set(['root']));
});

/** The methods of `service/dmsvr/internal/logic` in unitedrhino that begin with `ctxs.IsRoot` or `ctxs.IsAdmin`. */
test.each([
  ['root', 'productManage', 'productInfoDelete productSchemaCreate productSchemaUpdate productSchemaDelete'],
  ['root', 'productManage', 'productSchemaMultiCreate productSchemaTslImport'],
  ['admin', 'productManage', 'productInfoCreate productInfoUpdate'],
  ['root', 'deviceManage', 'deviceReset'],
  ['admin', 'deviceManage', 'deviceInfoCreate deviceInfoDelete'],
  ['root', 'protocolManage', 'protocolInfoCreate protocolInfoUpdate protocolInfoDelete'],
  ['root', 'protocolManage', 'protocolServiceUpdate protocolServiceDelete protocolServiceIndex'],
] as const)('unitedrhino asks for %s in %s: %s', (right, service, methods) => {
  const table: Readonly<Record<string, unknown>> = rights[service];
  for (const method of methods.split(' ')) expect([method, table[method]]).toEqual([method, right]);
});
