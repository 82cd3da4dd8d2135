import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { serviceKeys, services } from './services';

/** The interface facts: services → method → [request, response]; messages → field → [number, type]. */
type Facts = Record<
  'dm' | 'timedjob' | 'dg',
  {
    services: Record<string, Record<string, [string, string]>>;
    messages: Record<string, Record<string, [number, string]>>;
  }
>;
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const facts = read('../../testing/vectors/service-wire.json') as Facts;

const load = (name: string) => protobuf.Root.fromJSON(read(`./generated/${name}.json`) as protobuf.INamespace);
const roots = { dm: load('dm'), timedjob: load('timedjob'), dg: load('dg') };

/** A field's type as the facts write it. */
const typeText = (field: protobuf.Field): string => {
  const type = field.type.replace(/^google\.protobuf\./, '');
  if (field instanceof protobuf.MapField) return `map<${field.keyType},${type}>`;
  return field.repeated ? `repeated ${type}` : type;
};

const messagesOf = (parent: protobuf.NamespaceBase, prefix = ''): [string, protobuf.Type][] =>
  parent.nestedArray.flatMap((object) => {
    if (!(object instanceof protobuf.Type)) return [];
    const name = prefix + object.name;
    return [[name, object] as [string, protobuf.Type], ...messagesOf(object, `${name}.`)];
  });

describe.each(['dm', 'timedjob', 'dg'] as const)('package %s', (name) => {
  const namespace = roots[name].lookup(name) as protobuf.Namespace;
  const ourServices = namespace.nestedArray.filter((object) => object instanceof protobuf.Service);
  const ourMessages = messagesOf(namespace);

  test('holds services and messages, and nothing else', () => {
    expect(ourServices.length).toBeGreaterThan(0);
    expect(namespace.nestedArray).toHaveLength(
      ourServices.length + ourMessages.filter(([full]) => !full.includes('.')).length,
    );
    expect(roots[name].nestedArray.map((object) => object.name).sort()).toEqual(
      name === 'dm' ? ['dm', 'google'] : [name],
    );
  });

  test.each(ourServices.map((service) => [service.name, service] as const))('service %s', (serviceName, service) => {
    const known = facts[name].services[serviceName] ?? {};
    for (const method of service.methodsArray) {
      expect([method.name, method.requestType, method.responseType]).toEqual([
        method.name,
        ...(known[method.name] ?? []),
      ]);
      expect(method.requestStream || method.responseStream).toBeFalsy();
    }
  });

  test.each(ourMessages)('message %s', (messageName, message) => {
    const known = facts[name].messages[messageName];
    expect(known).toBeDefined();
    for (const field of message.fieldsArray) {
      expect({ [field.name]: [field.id, typeText(field)] }).toEqual({ [field.name]: known?.[field.name] });
    }
    expect(message.oneofsArray).toEqual([]);
  });
});

describe('what is served', () => {
  const schema = ['TslImport', 'TslRead', 'Create', 'MultiCreate', 'Update', 'Delete', 'Index'];
  const crud = ['Create', 'Update', 'Delete', 'Read', 'Index'];
  test.each<[keyof typeof services, string[]]>([
    ['productManage', [...crud.map((x) => `productInfo${x}`), ...schema.map((x) => `productSchema${x}`)]],
    ['deviceManage', [...crud, 'Count'].map((x) => `deviceInfo${x}`)],
    [
      'deviceMsg',
      ['propertyLatest', 'propertyLog', 'eventLog', 'statusLog', 'hubLog', 'sendLog'].map((x) => `${x}Index`),
    ],
    [
      'deviceInteract',
      ['propertyControlSend', 'propertyControlRead', 'actionSend', 'actionRead', 'propertyGetReportSend', 'sendMsg'],
    ],
    [
      'protocolManage',
      [...crud.map((x) => `protocolInfo${x}`), ...['Update', 'Delete', 'Index'].map((x) => `protocolService${x}`)],
    ],
    ['timedManage', Object.keys(facts.timedjob.services.TimedManage ?? {})],
    ['deviceAuth', ['loginAuth', 'accessAuth']],
  ])('%s', (key, methods) => {
    const { name, definition } = services[key];
    for (const method of methods) expect(definition[method]).toMatchObject({ path: `/${name}/${method}` });
  });

  test('stands in the registry under the names that clients look for', () => {
    expect(serviceKeys).toMatchObject({ dm: 'dm.rpc', timedjob: 'timedjob.rpc', dg: 'dg.rpc' });
  });
});

/** The facts as protobuf, so that bytes come from them and not from our files. */
const dmByFacts = (): protobuf.Root => {
  const nested: Record<string, protobuf.IType> = {};
  // The shortest names first: a parent comes before what is nested in it.
  for (const name of Object.keys(facts.dm.messages).sort((a, b) => a.length - b.length)) {
    const fields = Object.entries(facts.dm.messages[name] ?? {}).map(([field, [id, text]]) => {
      const [, keyType, valueType] = /^map<(\w+),(\w+)>$/.exec(text) ?? [];
      const type = (valueType ?? text.replace('repeated ', '')).replace(/^(String|Int64)Value$/, 'google.protobuf.$&');
      return [
        field,
        { id, type, ...(keyType && { keyType }), ...(text.startsWith('repeated ') && { rule: 'repeated' }) },
      ];
    });
    const message: protobuf.IType = { fields: Object.fromEntries(fields) as protobuf.IType['fields'] };
    const [parent, child] = name.split('.') as [string, string?];
    if (child === undefined) nested[name] = message;
    else (nested[parent]!.nested ??= {})[child] = message;
  }
  const wrappers = protobuf.common.get('google/protobuf/wrappers.proto')?.nested;
  return protobuf.Root.fromJSON({ nested: { dm: { nested }, ...wrappers } });
};

describe('bytes', () => {
  const theirs = dmByFacts().lookupType('dm.DeviceInfo');
  const device = {
    productID: 'aliyun_test_01',
    deviceName: 'dev001',
    secret: 'testsecret001',
    createdTime: '1778593628',
    projectID: '9007199254740993',
    Position: { longitude: 120.25, latitude: -30.5 },
    tags: { floor: '3', '': 'no key' },
    isOnline: '2',
    deviceAlias: { value: '' },
    rssi: { value: '-71' },
    groupIDs: ['1', '300', '-1'],
    Gateway: { productID: 'gw', deviceName: '温度' },
    BelongGroup: { g: { ids: ['5'], idPaths: ['5-'] } },
    lastLocalIp: '10.0.0.7',
  };
  const plain = (type: protobuf.Type, bytes: Uint8Array) =>
    type.toObject(type.decode(bytes), { longs: String, defaults: false });

  test('made from the facts are read by ours', () => {
    const bytes = Buffer.from(theirs.encode(theirs.fromObject(device)).finish());
    const received = services.deviceManage.definition.deviceInfoRead?.responseDeserialize(bytes);
    expect(received).toMatchObject(device);
    // Unset and empty are told apart.
    expect(received).toMatchObject({ phone: null, iccid: null, expTime: null, imei: '', lastLogin: '0' });
  });

  test('made by ours are read from the facts', () => {
    const bytes = services.deviceManage.definition.deviceInfoCreate?.requestSerialize(device);
    expect(plain(theirs, bytes!)).toEqual(device);
    expect(plain(theirs, bytes!)).toEqual(plain(theirs, theirs.encode(theirs.fromObject(device)).finish()));
  });
});
