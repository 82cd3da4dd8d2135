import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

const platform = new FakePlatform();
beforeAll(() => platform.start());
afterAll(() => platform.stop());

test('a device is told to ask where it should connect', async () => {
  const args = ['device', 'bootstrap', 'p1', 'dev001', '--endpoint', platform.endpoint];
  expect(await runCli(args)).toMatchObject({ code: 0, stdout: 'dev001 has been told, and has taken it\n' });
  expect(platform.requests.bootstrapNotify).toMatchObject({ productID: 'p1', deviceName: 'dev001' });
});
