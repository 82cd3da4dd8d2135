import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
let folder: string;
beforeAll(async () => {
  await platform.start();
  folder = await mkdtemp(join(tmpdir(), 'dmctl-products-'));
});
afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true });
});
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('products are written into a new file that its owner alone may read', async () => {
  await dmctl('product', 'create', 'p1');
  const file = join(folder, 'products.json');
  expect((await dmctl('product', 'export', 'p1', '--out', file)).stdout).toBe(`wrote 1 products to ${file}\n`);
  expect(platform.requests['productInfoMultiExport']).toMatchObject({ productIDs: ['p1'] });
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject([{ productID: 'p1' }]);
  expect((await stat(file)).mode & 0o077).toBe(0);
  const again = await dmctl('product', 'export', '--out', file);
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining(`cannot write ${file}`) });
});

test('an import tells what becomes of each product, and can be tried', async () => {
  platform.imported = [
    { productID: 'a', productName: 'A', result: 'created', definitions: 3 },
    { productID: 'b', productName: 'B', result: 'exists' },
    { productID: '', productName: 'C', result: 'refused', reason: 'product category 9 does not exist' },
  ];
  const file = join(folder, 'products.json');
  const tried = await dmctl('product', 'import', file, '--dry-run');
  expect(platform.requests['importProducts']).toMatchObject({ dryRun: true, products: expect.stringContaining('p1') });
  expect(tried.stdout).toMatch(
    /a +A +created +3\nb +B +exists +0\n +C +refused +product category 9 does not exist +0\n/,
  );
  expect(tried).toMatchObject({ code: 1, stderr: 'dmctl: 1 of 3 products refused\n' });
  expect(tried.stdout).toContain('would create 1 of 3 products\n');
  platform.imported = platform.imported.slice(0, 2);
  const done = await dmctl('product', 'import', file, '--json');
  expect(done.code).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ dryRun: false, created: 1, there: 1, refused: 0 });
  expect(platform.requests['importProducts']).toMatchObject({ dryRun: false });
});
