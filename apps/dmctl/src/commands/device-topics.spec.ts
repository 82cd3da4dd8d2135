import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());
const dmctl = (args: string) => runCli([...args.split(' '), '--endpoint', platform.endpoint]);

test('topics bear the key that devices know, with use and meaning', async () => {
  await dmctl('product create p1');
  await dmctl('device create p1 dev001');
  platform.products.get('p1')!.protocolConf = { productID: 'a1External' };
  const { code, stdout } = await dmctl('device topics p1 dev001 --json');
  expect(code).toBe(0);
  const rows = JSON.parse(stdout) as object[];
  expect(rows).toContainEqual({
    use: 'subscribe',
    topic: '/sys/a1External/dev001/thing/service/property/set',
    meaning: 'set properties',
  });
  expect(rows.at(-1)).toMatchObject({ use: 'publish and subscribe', topic: '/a1External/dev001/user/{topic}' });
  expect((await dmctl('device topics p1 nobody')).code).toBe(1);
});
