/**
 * The images, run as deploy/docker-compose.yml runs them, without a container engine: a root that cannot be written to, no
 * capabilities, the user `node`. `npm run test:release` builds them and says where they stand.
 */
import { services } from '@alink/contract';
import {
  eventually,
  PLATFORM_START_MS,
  spawnProgram,
  type AppName,
  type RunApp,
  type SpawnedApp,
} from '@alink/testing';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Platform, PRODUCT } from './platform';

// eslint-disable-next-line no-restricted-properties -- what the run hands to its specs is no configuration of the platform
const { ALINK_IMAGES: images = '', ALINK_IMAGE_NODE: nodeVersion } = process.env;
const apps = ['dm-rpc', 'timedjob-rpc', 'protocol-aliyun-mqtt'] as const;

/**
 * Mounts the image read-only in a mount namespace of its own, with a /data, /proc and /tmp that are made here, gives up every
 * capability, and becomes the command as the user `node`.
 */
const INSIDE = `
  mount --bind "$0" "$0" && mount -o remount,bind,ro "$0"
  mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/tmp" && mount -t tmpfs -o mode=777 tmpfs "$0/data"
  mount --bind /dev "$0/dev"
  cd /
  exec chroot "$0" setpriv --reuid=node --regid=node --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs \
    sh -c 'cd /app && exec "$@"' sh "$@"
`;

const runInside = (app: AppName, env: Readonly<Record<string, string>>, ...command: string[]): SpawnedApp => {
  const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return spawnProgram('unshare', ['--mount', 'sh', '-euc', INSIDE, join(images, app), ...command], { ...env, PATH });
};

const runService: RunApp = (name, env) =>
  runInside(name, { ...env, DATA_DIR: '/data' }, 'node', '--enable-source-maps', `dist/apps/${name}/main.mjs`);

let platform: Platform;
beforeAll(async () => {
  for (const app of apps) mkdirSync(join(images, app, 'data'), { recursive: true });
  platform = await Platform.start({ run: runService });
  await platform.createManualsDevice();
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

test('a device logs in, reports, and is told its property', async () => {
  const device = await platform.connect();
  expect(await device.post({ temperature: 21.5 })).toMatchObject({ code: 200 });
  await eventually(async () => expect(await platform.latest('temperature')).toBe(21.5));
  await device.end();
});

test('dm.rpc answers from its image', async () => {
  const { list } = await platform.client(services.productManage).productInfoIndex({});
  expect(list.map(({ productID }) => productID)).toContain(PRODUCT);
});

describe.each(apps)('the image of %s', (app) => {
  const say = async (...command: string[]) => {
    const program = runInside(app, {}, ...command);
    const { code } = await program.exited;
    return { code, output: program.output };
  };

  test('has the Node.js that its Dockerfile names', async () => {
    expect((await say('node', '--version')).output).toMatch(new RegExp(`^v${nodeVersion}\\.`));
  });

  test('is run by a plain user without a capability, who can write nowhere but in /data and /tmp', async () => {
    expect((await say('id', '-un')).output).toBe('node\n');
    expect((await say('grep', '^Cap\\(Eff\\|Bnd\\)', '/proc/self/status')).output).toBe(
      'CapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n',
    );
    expect((await say('touch', '/app/x')).output).toContain('Read-only file system');
    expect((await say('touch', '/data/x', '/tmp/x')).code).toBe(0);
  });

  test('knows whether its service is well', async () => {
    const port = { 'dm-rpc': 'dm', 'timedjob-rpc': 'timedjob', 'protocol-aliyun-mqtt': 'nodeGrpc' } as const;
    const check = ['node', 'deploy/health.mjs', 'PORT_OF_THE_SERVICE'];
    expect((await say(...check, String(platform.ports[port[app]]))).output).toBe('SERVING\n');
    expect((await say(...check, '1')).code).toBe(1);
  });
});
