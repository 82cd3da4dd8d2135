import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';
import { pack, unpack } from '@alink/operator/products';

const platform = new FakePlatform();
const folder = temporaryFolder('models');
beforeAll(() => platform.start());
afterAll(async () => {
  await platform.stop();
  removeFolder(folder);
});
beforeEach(async () => {
  platform.products.clear();
  platform.schemas.clear();
  delete platform.requests['productSchemaTslImport'];
  await dmctl('product', 'create', 'p1');
});
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);
let files = 0;
const file = (bytes: string | Uint8Array | object, name = `f${++files}.json`): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof bytes === 'string' || bytes instanceof Uint8Array ? bytes : JSON.stringify(bytes));
  return path;
};

const property = (identifier: string) => {
  return { identifier, name: '温度', accessMode: 'rw', required: false, dataType: { type: 'int', specs: {} } };
};
const SCHEMA = 'https://iotx-tsl.oss-ap-southeast-1.aliyuncs.com/schema.json';
const head = { schema: SCHEMA, profile: { productKey: 'p1' }, events: [], services: [] };
const motor = { ...head, properties: [property('Speed')], functionBlockId: 'motor', functionBlockName: '电机' };
const main = {
  ...head,
  properties: [property('Power')],
  functionBlocks: [{ functionBlockId: 'motor', functionBlockName: '电机', productKey: 'p1' }],
};
const zipOf = (documents: Record<string, unknown>): Uint8Array =>
  pack(
    Object.entries(documents).map(([name, document]) => ({
      name,
      bytes: document instanceof Uint8Array ? document : Buffer.from(JSON.stringify(document)),
    })),
  );
const identifiers = (): string[] =>
  (JSON.parse(platform.schemas.get('p1')!) as { properties: { identifier: string }[] }).properties.map(
    ({ identifier }) => identifier,
  );

describe('import-tsl of modules', () => {
  test('as several files makes one model', async () => {
    const { code, stdout } = await dmctl('product', 'import-tsl', 'p1', file(main), file(motor));
    expect([code, stdout]).toEqual([0, 'p1 has 2 properties, 0 events and 0 services\n']);
    expect(identifiers()).toEqual(['Power', 'motor:Speed']);
  });

  test('as a zip makes the same, and so does a new product', async () => {
    const zip = file(
      zipOf({ '导出/main.json': main, '导出/motor.json': motor, '__MACOSX/._main.json': Buffer.of(0xff) }),
      'tsl.zip',
    );
    expect((await dmctl('product', 'import-tsl', 'p1', zip)).code).toBe(0);
    expect(identifiers()).toEqual(['Power', 'motor:Speed']);
    platform.products.clear();
    platform.schemas.clear();
    expect((await dmctl('product', 'create', 'p1', '--tsl', file(motor), '--tsl', file(main))).code).toBe(0);
    expect(identifiers()).toEqual(['motor:Speed', 'Power']);
  });

  test('names the modules whose files are missing, and those that are there twice', async () => {
    const alone = await dmctl('product', 'import-tsl', 'p1', file(main));
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining('are missing: motor (电机)')]);
    const [a, b] = [file(motor), file(motor)];
    const twice = await dmctl('product', 'import-tsl', 'p1', a, b);
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining(`${b}: module motor stands in ${a} too`)]);
    expect(platform.requests['productSchemaTslImport']).toBeUndefined();
  });

  test('one after the other loses none in silence', async () => {
    await dmctl('product', 'import-tsl', 'p1', file(main), file(motor));
    const { code, stderr } = await dmctl('product', 'import-tsl', 'p1', file(motor));
    expect(code).toBe(2);
    expect(stderr).toContain('this would delete from p1 what the files lack: Power\n       --replace does it.');
    expect(identifiers()).toEqual(['Power', 'motor:Speed']);
    expect((await dmctl('product', 'import-tsl', 'p1', file(motor), '--replace')).code).toBe(0);
    expect(platform.schemas.get('p1')).toBe(JSON.stringify(motor));
  });

  test('says of a module without definitions that nothing of it is kept', async () => {
    const empty = { ...motor, properties: [], functionBlockId: 'none' };
    const { code, stderr } = await dmctl('product', 'import-tsl', 'p1', file(motor), file(empty));
    expect([code, stderr]).toEqual([0, 'without definitions, not kept: module none\n']);
  });
});

describe('export-tsl --out gives the same files back', () => {
  const withoutSynthetic = (text: string): unknown => {
    const document = JSON.parse(text) as { events: { method: string }[]; services: { method: string }[] };
    const own = ({ method }: { method: string }) => !method.includes('.property.');
    return { ...document, events: document.events.filter(own), services: document.services.filter(own) };
  };

  test('in a zip, which can be imported again', async () => {
    await dmctl('product', 'import-tsl', 'p1', file(main), file(motor));
    const out = join(folder, 'out.zip');
    const { code, stdout } = await dmctl('product', 'export-tsl', 'p1', '--out', out);
    expect([code, stdout]).toEqual([0, `wrote default-module.json, motor.json to ${out}\n`]);
    const documents = unpack(out, readFileSync(out)).map(({ bytes }) =>
      withoutSynthetic(Buffer.from(bytes).toString()),
    );
    expect(documents).toEqual([main, motor]);
    const before = platform.schemas.get('p1');
    expect((await dmctl('product', 'import-tsl', 'p1', out)).code).toBe(0);
    expect(platform.schemas.get('p1')).toBe(before);
  });

  test('in a new folder, and writes over nothing', async () => {
    await dmctl('product', 'import-tsl', 'p1', file(main), file(motor));
    const out = join(folder, 'out');
    expect((await dmctl('product', 'export-tsl', 'p1', '--out', out)).code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['default-module.json', 'motor.json']);
    const again = await dmctl('product', 'export-tsl', 'p1', '--out', out);
    expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/cannot write .*EEXIST/)]);
  });
});

describe('what is no thing model is refused by name:', () => {
  const gbk = Buffer.concat([
    Buffer.from('{"properties":[],"desc":"'),
    Buffer.of(0xce, 0xc2, 0xb6, 0xc8),
    Buffer.from('"}'),
  ]);
  const workbook = zipOf({ '[Content_Types].xml': Buffer.from('<Types/>'), 'xl/workbook.xml': Buffer.from('<x/>') });
  const simplified = { ...head, properties: [{ identifier: 'Power', dataType: { type: 'bool' } }] };
  test.each<[string, string | Uint8Array | object, RegExp]>([
    ['GBK', gbk, /f\d+.json: it is written in GBK, not in UTF-8 \(line 1\): save it as UTF-8/],
    ['GBK in a zip', zipOf({ 'a.json': gbk }), /f\d+.json: a.json: it is written in GBK/],
    [
      'a workbook',
      workbook,
      /it is an Excel workbook \(.xlsx\), not text\n +Export the thing model as JSON: .*物模型 TSL/,
    ],
    ['an old workbook', Buffer.of(0xd0, 0xcf, 0x11, 0xe0), /it is an Excel workbook \(.xls\), not text\n +Export the/],
    ['something else in a zip', zipOf({ 'a.json': motor, 'b.txt': '' }), /it holds b.txt, which is no .json/],
    [
      'the simplified TSL',
      simplified,
      /it is a simplified TSL \(精简 TSL\), made for devices: export the complete one/,
    ],
  ])('%s', async (_, bytes, message) => {
    const { code, stderr } = await dmctl('product', 'import-tsl', 'p1', file(bytes));
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(platform.requests['productSchemaTslImport']).toBeUndefined();
  });

  test('UTF-16 and a byte order mark are read', async () => {
    const utf16 = file(Buffer.from(`\uFEFF${JSON.stringify(motor)}`, 'utf16le'));
    expect((await dmctl('product', 'import-tsl', 'p1', utf16)).code).toBe(0);
    expect(platform.schemas.get('p1')).toBe(JSON.stringify(motor));
  });
});
