import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
const folder = temporaryFolder('batch');
beforeAll(() => platform.start());
afterAll(async () => {
  await platform.stop();
  removeFolder(folder);
});
let files = 0;
let out: string;
beforeEach(async () => {
  platform.products.clear();
  platform.devices.clear();
  for (const method of Object.keys(platform.requests)) delete platform.requests[method];
  out = join(folder, `out${++files}.csv`);
  await dmctl('product create p1 --secret pr0duct');
});
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);
const csv = (text: string): string => {
  const path = join(folder, `in${++files}.csv`);
  writeFileSync(path, text);
  return path;
};

describe('batch-create', () => {
  test('by count writes triples with the ProductKey that devices know, and prints none', async () => {
    platform.products.get('p1')!.protocolConf = { productID: 'a1External' };
    const { code, stdout } = await dmctl(`device batch-create p1 --count 2 --prefix lamp --out ${out}`);
    expect([code, stdout]).toEqual([0, `created 2 of 2; their triples are in ${out}\n`]);
    expect(platform.requests.createDevices).toMatchObject({ productID: 'p1', count: '2', prefix: 'lamp', rows: [] });
    expect(readFileSync(out, 'utf8')).toBe(
      'productKey,deviceName,deviceSecret,alias\na1External,lamp1,secretOflamp1,\na1External,lamp2,secretOflamp2,\n',
    );
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  test('by count begins with a number that is named, else leaves it to the platform', async () => {
    await dmctl('device batch-create p1 --count 3 --prefix lamp --dry-run');
    expect(platform.requests.createDevices).toMatchObject({ start: '0' });
    await dmctl('device batch-create p1 --count 3 --prefix lamp --start 7 --dry-run');
    expect(platform.requests.createDevices).toMatchObject({ start: '7' });
    const { code, stderr } = await dmctl('device batch-create p1 --csv x.csv --start 7 --dry-run');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--start goes with --count')]);
  });

  test('tells which lines are refused and why, and ends with 1', async () => {
    platform.devices.set('p1/lamp2', { productID: 'p1', deviceName: 'lamp2', secret: '', isOnline: 2 });
    const file = csv('alias,deviceName,productKey\n"a, b",lamp1,\n,lamp2,p1\n,lamp3,p2\n');
    const { code, stdout, stderr } = await dmctl(`device batch-create p1 --csv ${file} --out ${out} --json`);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      dryRun: false,
      created: 1,
      refused: 2,
      out,
      refusals: [
        { line: 3, productKey: 'p1', deviceName: 'lamp2', reason: 'exists already' },
        { line: 4, productKey: 'p1', deviceName: 'lamp3', reason: 'is of another product, p2' },
      ],
    });
    expect(JSON.parse(stderr)).toMatchObject({ error: { exitCode: 1, message: '2 of 3 devices refused' } });
    expect(readFileSync(out, 'utf8')).toContain('p1,lamp1,secretOflamp1,"a, b"\n');
  });

  test('all or nothing: one line that is not even sent keeps the others back', async () => {
    const file = csv('deviceName,productKey\nlamp1,\nlamp2,p2\n');
    const { code, stdout } = await dmctl(`device batch-create p1 --csv ${file} --out ${out} --all-or-nothing`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 +p1 +lamp1 +another line was refused, and all or nothing was asked for$/m);
    expect(platform.requests.createDevices).toBeUndefined();
    expect(() => statSync(out)).toThrow('ENOENT');
  });

  test('a dry run creates nothing', async () => {
    const { code, stdout } = await dmctl('device batch-create p1 --count 3 --prefix lamp --dry-run');
    expect([code, stdout]).toEqual([0, '3 of 3 could be created\n']);
    expect(platform.devices.size).toBe(0);
  });

  test('writes over no file, and makes none when the platform refuses', async () => {
    writeFileSync(out, 'precious');
    const { code, stderr } = await dmctl(`device batch-create p1 --count 1 --prefix lamp --out ${out}`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/cannot create .*EEXIST/)]);
    expect(readFileSync(out, 'utf8')).toBe('precious');
    expect(platform.requests.createDevices).toBeUndefined();
    expect((await dmctl(`device batch-create nope --count 1 --prefix lamp --out ${out}.2`)).code).toBe(1);
    expect(() => statSync(`${out}.2`)).toThrow('ENOENT');
  });
});

describe('import', () => {
  test('sends secrets byte for byte, under our name of the product', async () => {
    platform.products.get('p1')!.protocolConf = { productID: 'a1External' };
    const secret = '  comma, "quotes"\u00e9密 ';
    const file = csv(
      `\uFEFFDeviceName,DeviceSecret,ProductKey,IotId\r\ndev1,"${secret.replaceAll('"', '""')}",a1External,7\r\n`,
    );
    const { code, stdout } = await dmctl(`device import ${file}`);
    expect([code, stdout]).toEqual([0, 'created 1 of 1\n']);
    expect(platform.devices.get('p1/dev1')).toMatchObject({ secret });
  });

  test('a line without a secret, or with a character that nobody could read before, is refused', async () => {
    const file = csv('productKey,deviceName,deviceSecret\np1,dev1,\np1,dev2,ab\uFFFD\n');
    const { code, stdout } = await dmctl(`device import ${file} --dry-run`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 +p1 +dev1 +deviceSecret must not be empty$/m);
    expect(stdout).toMatch(/^3 +p1 +dev2 +holds U\+FFFD: it was made of text in another encoding$/m);
    expect(stdout).toContain('0 of 2 could be created\n');
  });

  test('what a spreadsheet of Windows writes as Unicode text is read', async () => {
    const file = csv('');
    writeFileSync(file, Buffer.from('\uFEFFproductKey,deviceName,deviceSecret,alias\r\np1,dev1,s,温度\r\n', 'utf16le'));
    expect((await dmctl(`device import ${file}`)).stdout).toBe('created 1 of 1\n');
    expect(platform.requests.createDevices).toMatchObject({ rows: [{ deviceName: 'dev1', alias: '温度' }] });
  });

  const header = Buffer.from('productKey,deviceName,deviceSecret\np1,dev1,');
  test.each([
    ['GBK', Buffer.concat([header, Buffer.of(0xce, 0xc2, 0xb6, 0xc8)]), 'is written in GBK, not in UTF-8 (line 2)'],
    ['bytes that are no text', Buffer.concat([header, Buffer.of(0xff)]), 'is not UTF-8 (line 2)'],
    [
      'a workbook',
      Buffer.from('PK\u0003\u0004 [Content_Types].xml'),
      'is an Excel workbook (.xlsx), not text\n       Save it as "CSV',
    ],
  ])('%s is refused by name, as a whole', async (_, bytes, message) => {
    const file = csv('');
    writeFileSync(file, bytes);
    const { code, stderr } = await dmctl(`device import ${file}`);
    expect(code).toBe(2);
    expect(stderr).toContain(`cannot use ${file}: it ${message}`);
    expect(platform.requests.createDevices).toBeUndefined();
  });
});

describe('a file that cannot be used ends with 2 and shows nothing of what is in it', () => {
  const header = 'productKey,deviceName,deviceSecret\n';
  test.each([
    ['no header', 'p1,dev1,s3cr3t\n', /the first line must be a header with productKey, deviceName, deviceSecret/],
    ['a column twice', `deviceSecret,${header}`, /names deviceSecret twice/],
    ['too few values', `${header}p1,s3cr3t\n`, /line 2: it has more or fewer values/],
    ['an open quote', `${header}p1,dev1,"s3cr3t\n`, /line \d: a quote is not closed/],
    ['a quote inside', `${header}p1,dev1,s3cr3t"x\n`, /line 2: a quote begins inside a value/],
    ['a quote that ends early', `${header}p1,dev1,"s3cr3t"x\n`, /line 2: a quote ends inside a value/],
    ['a line without end', `${header}p1,dev1,${'s3cr3t'.repeat(4000)}\n`, /line \d: it has more than 16384 characters/],
    ['no device', header, /names no device/],
    ['too many', header + 'p,d,s\n'.repeat(1_000_001), /more than 1000000 devices/],
  ])('%s', async (_name, text, message) => {
    const { code, stdout, stderr } = await dmctl(`device import ${csv(text)}`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('s3cr3t');
    expect(platform.requests.createDevices).toBeUndefined();
  });
});
