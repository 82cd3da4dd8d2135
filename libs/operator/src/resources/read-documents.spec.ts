import { OperatorError } from '../operator-error';
import { readDocuments, type ReadBeside } from './read-documents';
import { titleOf } from './resource';

const nothingBeside: ReadBeside = async (path) => {
  throw new Error(`cannot read ${path}`);
};
const read = (files: Readonly<Record<string, string>>, readBeside = nothingBeside) =>
  readDocuments(
    Object.entries(files).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
    readBeside,
  );
const faultOf = async (text: string): Promise<string> => {
  try {
    await read({ 'a.yaml': text });
  } catch (error) {
    expect(error).toBeInstanceOf(OperatorError);
    const { message, details } = error as OperatorError;
    return [message, ...(details.lines ?? [])].join('\n  ');
  }
  throw new Error('it was taken');
};

test('YAML and JSON, one document or several to a file, in the order of dependence', async () => {
  const resources = await read({
    'a.yaml': '# first\nkind: DeviceList\nproductKey: p\ndevices: []\n---\nkind: Product\nproductKey: q\n',
    'b.json': '{"kind": "Product", "productKey": "p"}',
    'empty.yaml': '# nothing yet\n',
  });
  expect(resources.map((resource) => [titleOf(resource), resource.where])).toEqual([
    ['Product q', 'a.yaml:6'],
    ['Product p', 'b.json:1'],
    ['DeviceList p', 'a.yaml:2'],
  ]);
});

describe('what is wrong is told with file, line and member:', () => {
  test.each<[string, string, string]>([
    ['no kind', 'productKey: p\n', 'a.yaml:1: kind is missing; there are '],
    ['a kind that is none', 'kind: Produkt\n', 'a.yaml:1: kind must be one of Category, Product, '],
    [
      'a member that is none',
      'kind: Product\nproductKey: p\n\nnmae: x\n',
      'a.yaml:4: nmae is not known here; there are',
    ],
    ['a member that is missing', '\nkind: Product\n', 'a.yaml:2: productKey is missing: it must be text'],
    [
      'a number that should be text',
      'kind: Product\nproductKey: p\ntags:\n  line: 2\n',
      'a.yaml:4: tags.line must be text, in quotes where it looks like a number or a truth value',
    ],
    [
      'a word that is none of those',
      'kind: Product\nproductKey: p\nautoRegister: on\n',
      'a.yaml:3: autoRegister must be one of off, existing, create',
    ],
    [
      'a member of a list',
      'kind: DeviceList\nproductKey: p\ndevices:\n  - deviceName: dev1\n  - deviceNaem: b\n    deviceName: dev3\n',
      'a.yaml:5: devices[1].deviceNaem is not known here',
    ],
    [
      'a device that is there twice',
      'kind: DeviceList\nproductKey: p\ndevices: [{ deviceName: dev1 }, { deviceName: dev1 }]\n',
      'a.yaml:1: devices: dev1 is there twice',
    ],
    ['a list', '- kind: Product\n', 'a.yaml:1: a document must be an object with a kind'],
    ['no YAML', 'kind: Product\nproductKey: "p\n', 'a.yaml:3: Missing closing "quote'],
    ['a member that is there twice', 'kind: Product\nkind: Product\n', 'a.yaml:2: Map keys must be unique'],
    [
      'a thing model that is none',
      'kind: ThingModel\nproductKey: p\nmodel: { properties: [{ identifier: 温度 }] }\n',
      'a.yaml:1: properties[0]',
    ],
    [
      'a file beside it that is not there',
      'kind: ThingModel\nproductKey: p\nfiles: [b.json]\n',
      'a.yaml:3: files cannot read b.json',
    ],
    [
      'a DeviceName that none can be',
      'kind: DeviceList\nproductKey: p\ndevices:\n  - deviceName: ok01\n  - deviceName: x\n',
      'a.yaml:5: devices[1].deviceName must be 4 to 32 letters, digits and -_@.:, with no dot at an end and no two in a row, and is "x"',
    ],
    [
      'a ProductKey that none can be',
      'kind: Product\nproductKey: a b\n',
      'a.yaml:2: productKey must be 1 to 64 letters, digits, _ and -, and is "a b"',
    ],
    [
      'a tag that is too long',
      `kind: Product\nproductKey: p\ntags:\n  a: ${'x'.repeat(4097)}\n`,
      'a.yaml:4: tags.a must have at most 4096 characters',
    ],
    [
      'a tag without a name',
      'kind: Product\nproductKey: p\ntags: { "": x }\n',
      'a.yaml:3: tags. must be named by 1 to 128 characters',
    ],
    [
      'a custom topic elsewhere',
      'kind: CustomTopics\nproductKey: p\ntopics:\n  - topic: sys/x\n    permission: both\n',
      'a.yaml:4: topics[0].topic must begin with user/',
    ],
    [
      'a rule to nowhere',
      'kind: ForwardRules\nproductKey: p\nrules:\n  - topic: user/a\n    targetDeviceName: x\n    targetTopic: user/b\n',
      'a.yaml:5: rules[0].targetDeviceName must be a DeviceName',
    ],
    [
      'a configuration that is too long',
      `kind: RemoteConfiguration\nproductKey: p\ncontent: { a: ${'x'.repeat(65536)} }\n`,
      'a.yaml:3: content must have at most 65536 bytes of JSON',
    ],
    [
      'a configuration that is a number',
      'kind: RemoteConfiguration\nproductKey: p\ncontent: "5"\n',
      'a.yaml:3: content must be an object, a list, or the text of one in JSON',
    ],
    [
      'a configuration that is no JSON',
      'kind: RemoteConfiguration\nproductKey: p\ncontent: "{"\n',
      'a.yaml:3: content is no JSON: ',
    ],
    ['nothing at all', '', 'there is no document in what was given'],
  ])('%s', async (_name, text, message) => {
    const fault = await faultOf(text);
    expect(fault.slice(0, message.length)).toBe(message);
  });

  test('everything at once', async () => {
    const fault = await faultOf('kind: Product\nproductKey: 1\n---\nkind: Product\nproductKey: p\nx: 1\n');
    expect(fault).toMatch(/^2 faults:\n {2}a\.yaml:2: productKey must be text.*\n {2}a\.yaml:6: x is not known here/);
  });

  test('groups that stand below each other', async () => {
    const group = (name: string, parent: string) => `kind: DeviceGroup\nname: ${name}\nparent: ${parent}\n`;
    await expect(read({ 'a.yaml': `${group('a', 'b')}---\n${group('b', 'a')}` })).rejects.toThrow(
      'a.yaml:1: DeviceGroup a, which needs DeviceGroup b, which needs DeviceGroup a',
    );
  });

  test('two documents of one product', async () => {
    const one = 'kind: Product\nproductKey: p\n';
    await expect(read({ 'a.yaml': one, 'b.yaml': one })).rejects.toThrow(
      'b.yaml:1: Product p stands in a.yaml:1 already',
    );
  });

  test('aliases that would grow without end', async () => {
    const bomb = ['kind: Product', 'a: &a [x,x,x,x,x,x,x,x,x]']
      .concat(
        ['b', 'c', 'd', 'e', 'f'].map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcde'[i]}`).join(',')}]`),
      )
      .join('\n');
    await expect(read({ 'a.yaml': bomb })).rejects.toThrow(/^a\.yaml:1: Excessive alias count/);
  });
});

describe('a thing model in files of its own', () => {
  const model = '{"schema":"","properties":[{"identifier":"t","accessMode":"r","dataType":{"type":"int"}}]}';
  const document = 'kind: ThingModel\nproductKey: p\nfiles: [../models/m.json]\n';
  const modelOf = ([resource]: Awaited<ReturnType<typeof read>>) => resource?.spec;

  test('is read where it stands, and is no document itself', async () => {
    const among = await read({ 'f/products/p.yaml': document, 'f/models/m.json': model });
    expect(modelOf(among)).toMatchObject({ productKey: 'p', model: { properties: [{ identifier: 't', mode: 'r' }] } });
    const elsewhere = await read({ 'f/products/p.yaml': document }, async (path) => {
      expect(path).toBe('f/models/m.json');
      return Buffer.from(model);
    });
    expect(modelOf(elsewhere)).toEqual(modelOf(among));
  });

  test('does not stand in the document too', async () => {
    const both = `${document}model: {}\n`;
    await expect(read({ 'f/p.yaml': both, 'models/m.json': model })).rejects.toThrow(
      'f/p.yaml:3: files and model say the same: leave one of them',
    );
  });
});
