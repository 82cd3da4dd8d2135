import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

let platform: FakePlatform;
beforeEach(async () => {
  platform = new FakePlatform();
  await platform.start();
  await dmctl('product', 'create', 'p1');
});
afterEach(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

describe('categories', () => {
  test('stand in a tree', async () => {
    expect((await dmctl('category', 'tree')).stdout).toBe('no categories\n');
    await dmctl('category', 'create', 'Lights');
    const { stdout } = await dmctl('category', 'create', 'Lamps', '--parent', 'Lights', '--description', 'bulbs');
    expect(stdout).toMatch(/id: +4\nname: +Lamps\ndescription: +bulbs\n/);
    expect((await dmctl('category', 'tree')).stdout).toMatch(/^NAME +ID +DEVICES\nLights +3 +0\n {2}Lamps +4 +0\n$/);
    await dmctl('category', 'update', 'Lamps', '--name', 'Desk lamps');
    expect(platform.requests['productCategoryUpdate']).toMatchObject({ id: '4', name: 'Desk lamps', desc: null });
    expect((await dmctl('category', 'delete', 'Lights')).stderr).toContain('Lights has categories below it');
    expect((await dmctl('category', 'delete', 'Lights', '--yes')).stdout).toBe('deleted category Lights\n');
    expect((await dmctl('category', 'delete', 'Nothing')).stderr).toBe('dmctl: there is no category Nothing\n');
  });

  test('have products and definitions', async () => {
    await dmctl('category', 'create', 'Lamps');
    expect((await dmctl('category', 'put', 'Lamps', 'p1')).stdout).toBe('p1: in Lamps now\n');
    expect(platform.requests['productInfoUpdate']).toMatchObject({ productID: 'p1', categoryID: '3' });
    expect((await dmctl('category', 'put', '2', 'p1')).stdout).toBe('p1: in no category now\n');
    await dmctl('category', 'define', '3', 'brightness', 'color');
    expect(platform.requests['productCategorySchemaMultiUpdate']).toMatchObject({
      productCategoryID: '3',
      identifiers: ['brightness', 'color'],
    });
  });
});

describe('common definitions', () => {
  const model = JSON.stringify({
    properties: [
      { identifier: 'brightness', name: 'Brightness', mode: 'rw', define: { type: 'int', min: '0', max: '9' } },
    ],
  });
  const withFile = (...args: string[]) =>
    runCli([...args, '--endpoint', platform.endpoint], { readFile: async () => Buffer.from(model) });

  test('come from a thing model, and are listed, taken over and deleted', async () => {
    expect((await dmctl('definition', 'list')).stdout).toBe('no common definitions\n');
    const created = await withFile('definition', 'create', 'shared.json');
    expect(created.stdout).toBe('created 1 of 1 common definitions, 0 were there\n');
    expect((await withFile('definition', 'create', 'shared.json', '--json')).stdout).toContain('"there": 1');
    expect((await dmctl('definition', 'list')).stdout).toMatch(/brightness +property +Brightness +Lamps\n$/);
    await dmctl('definition', 'take', 'p1', 'brightness');
    expect(platform.requests['productSchemaMultiCreate']).toMatchObject({
      productID: 'p1',
      identifiers: ['brightness'],
    });
    const deleted = await dmctl('definition', 'delete', 'brightness');
    expect(deleted.stdout).toBe('deleted common definition brightness\n');
    expect(await dmctl('definition', 'delete', 'brightness')).toMatchObject({
      code: 1,
      stderr: 'dmctl: there is no common definition brightness\n',
    });
  });
});
