import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());

const property = (identifier: string) => ({ identifier, name: identifier, mode: 'rw', define: { type: 'bool' } });
const MODEL = JSON.stringify({ properties: [property('lamp'), property('fan')] });
const dmctl = (...args: string[]) =>
  runCli([...args, '--endpoint', platform.endpoint], { readFile: async () => Buffer.from(MODEL) });

test('a device is given definitions, which are listed and removed', async () => {
  const nothing = 'dev001 has no definitions of its own\n';
  expect((await dmctl('device', 'definitions', 'p1', 'dev001')).stdout).toBe(nothing);
  const given = await dmctl('device', 'define', 'p1', 'dev001', 'extra.json');
  expect(given.stdout).toBe('dev001 has lamp, fan\n');
  expect(platform.requests['deviceSchemaMultiCreate']).toMatchObject({
    productID: 'p1',
    deviceName: 'dev001',
    list: [
      { identifier: 'lamp', type: '1', required: '2', affordance: { value: expect.stringContaining('bool') } },
      {},
    ],
  });
  expect((await dmctl('device', 'definitions', 'p1', 'dev001', '--whole')).stdout).toMatch(
    /lamp +property +lamp\nfan /,
  );
  expect(platform.requests['deviceSchemaIndex']).toMatchObject({ withProductSchema: true });
  expect((await dmctl('device', 'undefine', 'p1', 'dev001', 'lamp')).stdout).toBe('removed lamp from dev001\n');
  expect(JSON.parse((await dmctl('device', 'definitions', 'p1', 'dev001', '--json')).stdout)).toEqual([
    { identifier: 'fan', type: 'property', name: 'fan' },
  ]);
  expect(await dmctl('device', 'undefine', 'p1', 'dev001')).toMatchObject({
    code: 2,
    stderr: 'dmctl: which definitions: identifiers, or --all\n',
  });
  await dmctl('device', 'undefine', 'p1', 'dev001', '--all');
  expect((await dmctl('device', 'definitions', 'p1', 'dev001')).stdout).toBe(nothing);
});
