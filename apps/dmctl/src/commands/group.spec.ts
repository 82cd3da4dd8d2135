import { FakePlatform } from '../../test/fake-platform';
import { runCli } from '../../test/run-cli';

let platform: FakePlatform;
beforeEach(async () => {
  platform = new FakePlatform();
  await platform.start();
  await dmctl('product', 'create', 'p1');
  for (const name of ['dev001', 'dev002', 'dev003']) await dmctl('device', 'create', 'p1', name);
});
afterEach(() => platform.stop());
const dmctl = (...args: string[]) => runCli([...args, '--endpoint', platform.endpoint]);

test('groups are created below others, and shown as a tree', async () => {
  expect((await dmctl('group', 'tree')).stdout).toBe('no groups\n');
  await dmctl('group', 'create', 'Factory');
  const { stdout } = await dmctl('group', 'create', 'Hall 2', '--parent', 'Factory', '--tag', 'floor=1');
  expect(stdout).toMatch(/id: +4\n.*name: +Hall 2\n.*tags: +\{"floor":"1"\}\n/s);
  expect(platform.requests['groupInfoCreate']).toMatchObject({
    parentID: '3',
    purpose: 'default',
    tags: { floor: '1' },
  });
  expect((await dmctl('group', 'tree')).stdout).toMatch(/^NAME +ID +DEVICES\nFactory +3 +0\n {2}Hall 2 +4 +0\n$/);
  expect(JSON.parse((await dmctl('group', 'tree', '4', '--json')).stdout)).toEqual([
    { name: 'Hall 2', id: '4', devices: 0, depth: 0 },
  ]);
  const twice = await dmctl('group', 'create', 'Factory');
  expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('Factory exists already') });
});

test('what is not named stays as it is', async () => {
  await dmctl('group', 'create', 'Hall', '--description', 'big', '--tag', 'floor=1');
  await dmctl('group', 'update', 'Hall', '--tag', 'gate=2', '--name', 'Foyer');
  expect(platform.requests['groupInfoUpdate']).toMatchObject({
    id: '3',
    name: 'Foyer',
    desc: 'big',
    tags: { floor: '1', gate: '2' },
  });
  expect((await dmctl('group', 'update', 'Foyer', '--description', '')).stdout).not.toContain('big');
  expect((await dmctl('group', 'show', 'Hall')).stderr).toBe('dmctl: there is no group Hall of purpose default\n');
});

test('devices are added and removed by name, or by a filter once that was counted', async () => {
  await dmctl('group', 'create', 'Hall');
  const added = await dmctl('group', 'add', 'Hall', 'p1', 'dev001', 'dev002');
  expect(added.stdout).toBe('added 2 devices to Hall\n');
  expect((await dmctl('group', 'show', 'Hall')).stdout).toMatch(/devices: +2\n.*p1 +dev001\np1 +dev002\n/s);
  const counted = await dmctl('group', 'remove', 'Hall', 'p1', '--all');
  expect(counted).toMatchObject({ code: 2, stderr: expect.stringContaining('this is about 3 devices of p1') });
  expect((await dmctl('group', 'remove', '3', 'p1', '--all', '--yes')).stdout).toBe('removed 3 devices from Hall\n');
  expect(JSON.parse((await dmctl('group', 'show', 'Hall', '--json')).stdout)).toMatchObject({ devices: [] });
});

test('one with others below it is deleted with --yes only', async () => {
  await dmctl('group', 'create', 'Factory');
  await dmctl('group', 'create', 'Hall', '--parent', 'Factory');
  const refused = await dmctl('group', 'delete', 'Factory');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes does it') });
  expect((await dmctl('group', 'delete', 'Hall')).stdout).toBe('deleted group Hall\n');
  await dmctl('group', 'create', 'Hall', '--parent', 'Factory');
  expect((await dmctl('group', 'delete', 'Factory', '--yes')).code).toBe(0);
});
