/** Files of more devices than one call takes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { removeFolder, temporaryFolder } from '@alink/testing';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
const folder = temporaryFolder('long');
beforeAll(() => platform.start());
afterAll(async () => {
  await platform.stop();
  removeFolder(folder);
});
let files = 0;
const path = (): string => join(folder, `f${++files}.csv`);
const csv = (header: string, lines: readonly string[]): string => {
  const file = path();
  writeFileSync(file, [header, ...lines, ''].join('\n'));
  return file;
};
const MANY = 10_001;
const names = Array.from({ length: MANY }, (_, i) => `dev${i}`);
const triples = () =>
  csv(
    'productKey,deviceName,deviceSecret',
    names.map((name) => `p1,${name},secret-of-${name}`),
  );
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);
const refuseCalls = (method: string, from: number) => {
  platform.failures[method] = from;
};

beforeEach(async () => {
  platform.products.clear();
  platform.devices.clear();
  platform.failures = {};
  platform.calls = {};
  await dmctl('product create p1');
});

describe('device import', () => {
  test('sends them in parts, and tells how far it is on the side', async () => {
    const { code, stdout, stderr } = await dmctl(`device import ${triples()}`);
    expect([code, stdout]).toEqual([0, 'created 10001 of 10001\n']);
    expect(platform.calls['createDevices']).toBe(6);
    expect(platform.devices.size).toBe(MANY);
    expect(stderr.split('\n')).toEqual([
      ...[2000, 4000, 6000, 8000, 10_000, 10_001].map((sent) => `${sent} of 10001 devices, 0 of them refused`),
      '',
    ]);
  });

  test('tells what really went wrong, and goes on where it was broken off', async () => {
    const [file, result] = [triples(), path()];
    refuseCalls('createDevices', 3);
    const broken = await dmctl(`device import ${file} --result ${result}`);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('broken off after 4000 of 10001 devices; the same command goes on from there');
    expect(broken.stderr).toContain('dmctl: the disk is full (100008)');
    expect(broken.stderr).not.toContain('aborted');

    platform.failures = {};
    // Of the part whose answer was lost one device came into being, and one that has its name is somebody else's.
    platform.devices.set('p1/dev4000', {
      productID: 'p1',
      deviceName: 'dev4000',
      secret: 'secret-of-dev4000',
      isOnline: 2,
    });
    platform.devices.set('p1/dev4001', { productID: 'p1', deviceName: 'dev4001', secret: 'another', isOnline: 2 });
    platform.calls = {};
    const again = await dmctl(`device import ${file} --result ${result}`);
    expect(again.stderr).toContain(`4000 were created before: ${result}\n`);
    expect(again.stdout).toMatch(/^4003 +p1 +dev4001 +exists already$/m);
    expect(again.stdout).toContain('created 10000 of 10001\n');
    expect(platform.calls['createDevices']).toBe(4);

    const rows = readFileSync(result, 'utf8').split('\n');
    expect(rows[0]).toBe('productKey,deviceName,result');
    expect(rows).toContain('p1,dev4000,created');
    expect(rows).toContain('p1,dev4001,exists already');
    expect(readFileSync(result, 'utf8')).not.toContain('secret-of');
    platform.calls = {};
    expect((await dmctl(`device import ${file} --result ${result}`)).code).toBe(1);
    expect(platform.calls['createDevices']).toBe(1);
  });

  test('finds a device that two parts name', async () => {
    const lines = [...names.slice(1), 'dev1'].map((name) => `p1,${name},s`);
    const { stdout } = await dmctl(`device import ${csv('productKey,deviceName,deviceSecret', lines)} --dry-run`);
    expect(stdout).toMatch(/^10002 +p1 +dev1 +is on line 2 already$/m);
    expect(platform.devices.size).toBe(0);
  });

  test('takes no more than one call where it is all or nothing, and no other file for a result', async () => {
    const file = triples();
    const all = await dmctl(`device import ${file} --all-or-nothing`);
    expect([all.code, all.stderr]).toEqual([2, 'dmctl: --all-or-nothing takes at most 10000 devices\n']);
    const other = await dmctl(`device import ${file} --result ${file}`);
    expect([other.code, other.stderr]).toEqual([2, `dmctl: cannot use ${file}: it is no result file of dmctl\n`]);
    const dry = await dmctl(`device import ${file} --dry-run --result ${path()}`);
    expect([dry.code, dry.stderr]).toEqual([2, expect.stringContaining('a dry run has no results')]);
    expect(platform.calls['createDevices']).toBeUndefined();
  });

  test('reads on behind a line that was cut off', async () => {
    const [file, result] = [csv('productKey,deviceName,deviceSecret', ['p1,a,s', 'p1,b,s']), path()];
    writeFileSync(result, 'productKey,deviceName,result\np1,a,created\np1,b,cre');
    expect((await dmctl(`device import ${file} --result ${result}`)).stdout).toBe('created 2 of 2\n');
    expect([...platform.devices.keys()]).toEqual(['p1/b']);
    expect(readFileSync(result, 'utf8')).toMatch(/\np1,b,cre,,,\np1,b,sent\np1,b,created\n$/);
  });

  test('takes a line that was cut off for none: what was sent before it stays sent', async () => {
    const [file, result] = [csv('productKey,deviceName,deviceSecret', ['p1,a,s']), path()];
    platform.devices.set('p1/a', { productID: 'p1', deviceName: 'a', secret: 's', isOnline: 2 });
    const cut = 'productKey,deviceName,result\np1,a,sent\np1,a,crea';
    // Also where the next run was broken off before it came to that device.
    for (const text of [cut, `${cut},,,\n`]) {
      writeFileSync(result, text);
      expect((await dmctl(`device import ${file} --result ${result}`)).stdout).toBe('created 1 of 1\n');
    }
  });
});

describe('device delete --from', () => {
  const create = (deviceNames: readonly string[]): void => {
    for (const deviceName of deviceNames) {
      platform.devices.set(`p1/${deviceName}`, { productID: 'p1', deviceName, secret: '', isOnline: 2 });
    }
  };

  test('of any length, in parts, and shows of a long list what did not go well', async () => {
    create(names);
    const file = csv('deviceName', [...names, 'nobody']);
    const { code, stdout, stderr } = await dmctl(`device delete p1 --from ${file} --yes`);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^DEVICE NAME +RESULT\nnobody +device nobody of p1 does not exist\ndeleted 10001 of 10002 devices\n$/,
    );
    expect(stderr).toContain('2000 of 10002 devices\n');
    expect(platform.devices.size).toBe(0);
  }, 180_000); // ten thousand calls, each on its way there and back

  test('goes on where it was broken off, and takes for deleted what an unknown call has deleted', async () => {
    create(['dev2', 'dev3']);
    const file = csv('deviceName', ['dev0', 'dev1', 'dev2', 'dev3']);
    const result = path();
    writeFileSync(result, 'productKey,deviceName,result\np1,dev0,deleted\np1,dev1,sent\n');
    const { code, stdout, stderr } = await dmctl(`device delete p1 --from ${file} --yes --result ${result}`);
    expect(stdout).toMatch(/deleted 4 of 4 devices\n$/);
    expect([code, stderr]).toEqual([0, `1 were deleted before: ${result}\n`]);
    expect(platform.devices.size).toBe(0);
    expect(readFileSync(result, 'utf8')).toContain('\np1,dev3,deleted\n');
    const again = await dmctl(`device delete p1 --from ${file} --yes --result ${result}`);
    expect([again.code, again.stderr]).toEqual([0, `4 were deleted before: ${result}\n`]);
  });
});
