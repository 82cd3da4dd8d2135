/** A platform in files: applied, compared, exported and applied again, against the real dm.rpc. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { services } from '@alink/contract';
import { connectRpc } from '@alink/rpc';
import { PLATFORM_START_MS, removeFolder, SpawnedPlatform, temporaryFolder } from '@alink/testing';
import { runCli, type Ran } from './run-cli';

let platform: SpawnedPlatform;
const root = temporaryFolder('documents');
beforeAll(async () => {
  platform = await SpawnedPlatform.start({ apps: ['dm-rpc'] });
}, PLATFORM_START_MS);
afterAll(async () => {
  await platform?.stop();
  removeFolder(root);
});

const ran = (args: string, input?: string): Promise<Ran> =>
  runCli(args.split(' '), {
    env: platform.portVariables,
    now: Date.now,
    ...(input !== undefined && { readFile: async () => Buffer.from(input) }),
  });
const dmctl = async (args: string, input?: string): Promise<string> => {
  const { code, stdout, stderr } = await ran(args, input);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
};
const json = async <T = Record<string, unknown>>(args: string): Promise<T> =>
  JSON.parse(await dmctl(`${args} --json`)) as T;

let folders = 0;
/** A folder of these files. */
const folderOf = (files: Readonly<Record<string, string>>): string => {
  const folder = join(root, `f${++folders}`);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};
const filesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  );

const temperature = { identifier: 'temperature', name: 'Heat', accessMode: 'rw', dataType: { type: 'int' } };
const humidity = { identifier: 'humidity', name: 'Wet', accessMode: 'r', dataType: { type: 'float' } };
const tsl = (...properties: object[]) => JSON.stringify({ schema: '', properties });
/** A product that is published, with its model in a file beside it, and two devices. */
const lamp = (key: string) => `
kind: DeviceList
productKey: ${key}
devices:
  - deviceName: dev1
    alias: kitchen
    tags: { site: hall-2 }
  - deviceName: dev2
    enabled: false
---
kind: ThingModel
productKey: ${key}
files: [models/tsl.json]
---
# Products need not come first.
kind: Product
productKey: ${key}
name: Lamp ${key}
autoRegister: off
status: published
tags: { line: '2' }
`;

describe('apply', () => {
  test('creates what is not there, in the order of dependence, and changes nothing the second time', async () => {
    const folder = folderOf({ 'lamp.yaml': lamp('lamp'), 'models/tsl.json': tsl(temperature), 'README.md': 'x' });
    const dry = await dmctl(`apply -f ${folder} --dry-run`);
    expect(dry).toBe(
      'would create Product lamp\nwould create ThingModel lamp\nwould create DeviceList lamp\n' +
        '3 to create, 0 to change, 0 as described\n',
    );
    expect((await ran('product show lamp')).code).toBe(1);

    expect(await dmctl(`apply -f ${folder}`)).toBe(
      'created Product lamp\ncreated ThingModel lamp\ncreated DeviceList lamp\n' +
        '3 created, 0 changed, 0 as described\n',
    );
    expect(await json('product show lamp')).toMatchObject({
      name: 'Lamp lamp',
      status: 'published',
      tags: { line: '2' },
    });
    expect(await json('product export-tsl lamp')).toMatchObject({ properties: [{ identifier: 'temperature' }] });
    expect(await json('device show lamp dev1')).toMatchObject({ alias: 'kitchen', tags: { site: 'hall-2' } });
    expect(await json('device show lamp dev2')).toMatchObject({ state: 'disabled' });

    expect(await dmctl(`apply -f ${folder}`)).toBe('nothing to change: 3 are as described\n');
    expect(await dmctl(`diff -f ${folder}`)).toBe('no difference, 3 are as described\n');
  });

  test('changes what differs, and shows it before', async () => {
    await dmctl('apply -f -', lampAlone('fan', 'Fan'));
    const changed = `${lampAlone('fan', 'Big fan')}description: it blows\ntags: {}\n`;
    const { code, stdout, stderr } = await ran('diff -f -', changed);
    expect([code, stderr]).toEqual([1, 'dmctl: 1 of 1 differ from their documents\n']);
    expect(stdout).toMatch(/^--- Product fan\n\+\+\+ Product fan \(-:1\)\n@@ /);
    expect(stdout).toContain('-name: Fan\n+name: Big fan\n');
    expect(stdout).toContain('\n+description: it blows\n');
    const applied = await dmctl('apply -f - --diff', changed);
    expect(applied).toContain(stdout);
    expect(applied).toMatch(/changed Product fan\n0 created, 1 changed, 0 as described\n$/);
    expect(await json('product show fan')).toMatchObject({ name: 'Big fan', description: 'it blows' });
    expect(await dmctl('apply -f -', changed)).toBe('nothing to change: 1 are as described\n');
  });

  test('leaves what a document does not speak of, and removes tags that it does not name', async () => {
    await dmctl('product create pump --description keep --tag a=1 --tag b=2');
    await dmctl('apply -f -', 'kind: Product\nproductKey: pump\ntags: { b: "3" }\n');
    expect(await json('product show pump')).toMatchObject({ description: 'keep', tags: { b: '3' } });
  });

  test('of a product gives it the key that its devices bear, and switches remote configuration', async () => {
    const document = 'kind: Product\nproductKey: moved\nexternalKey: a1Moved\nremoteConfig: "off"\n';
    await dmctl('apply -f -', document);
    expect(await dmctl('apply -f -', document)).toBe('nothing to change: 1 are as described\n');
    expect(await json('product show moved')).toMatchObject({ externalKey: 'a1Moved' });
    await dmctl('apply -f -', document.replace('off', 'on'));
    expect((await json<object[]>('export --product moved'))[0]).toMatchObject({
      externalKey: 'a1Moved',
      remoteConfig: 'on',
    });
  });

  test('takes a definition from a thing model only when it is told to prune', async () => {
    const both = folderOf({ 'a.yaml': lamp('heater'), 'models/tsl.json': tsl(temperature, humidity) });
    await dmctl(`apply -f ${both}`);
    await dmctl('product unpublish heater');
    const one = folderOf({
      'a.yaml': lamp('heater').replace('published', 'developing'),
      'models/tsl.json': tsl(temperature),
    });
    const kept = await ran(`apply -f ${one}`);
    expect(kept.stderr).toBe('ThingModel heater also has humidity; --prune deletes it\n');
    expect(kept.stdout).toBe('nothing to change: 3 are as described\n');
    expect(await dmctl(`apply -f ${one} --prune`)).toBe(
      'changed ThingModel heater\n0 created, 1 changed, 2 as described\n',
    );
    expect(await json('product export-tsl heater')).toMatchObject({ properties: [{ identifier: 'temperature' }] });
  });

  test('of devices changes only what differs, and never deletes one', async () => {
    await dmctl('product create net');
    const list = (...lines: string[]) => ['kind: DeviceList', 'productKey: net', 'devices:', ...lines, ''].join('\n');
    await dmctl('apply -f -', list('  - { deviceName: dev_a, tags: { x: "1", y: "2" } }', '  - { deviceName: dev_b }'));
    const secret = (await json('device show net dev_a --show-secret')).deviceSecret;
    await dmctl(
      'apply -f -',
      list('  - { deviceName: dev_a, tags: { x: "1" }, logLevel: info }', '  - { deviceName: dev_c }'),
    );
    expect(await json('device show net dev_a --show-secret')).toMatchObject({
      tags: { x: '1' },
      logLevel: 'info',
      deviceSecret: secret,
    });
    expect((await json<object[]>('device list net')).length).toBe(3);
    expect(await dmctl('apply -f - --prune', list('  - { deviceName: dev_a, tags: {} }'))).toContain(
      'changed DeviceList net',
    );
    expect(await json('device show net dev_a')).not.toHaveProperty('tags');
    expect((await json<object[]>('device list net')).length).toBe(3);
  });

  test('of categories makes a tree, and sorts products into it', async () => {
    const tree = 'kind: Category\nname: lights\nparent: things\n---\nkind: Category\nname: things\ndescription: all\n';
    const product = (category: string) => `kind: Product\nproductKey: bulb\ncategory: ${category}\n`;
    await dmctl('apply -f -', `${product('lights')}---\n${tree}`);
    expect(await dmctl('apply -f -', `${product('lights')}---\n${tree}`)).toBe(
      'nothing to change: 3 are as described\n',
    );
    await dmctl('apply -f -', product('things'));
    const [, ...rest] = await json<object[]>('export');
    expect(rest).toContainEqual({ kind: 'Category', name: 'lights', parent: 'things' });
    expect(await json<object[]>('export --product bulb')).toContainEqual(
      expect.objectContaining({ kind: 'Product', category: 'things' }),
    );
    await dmctl('apply -f -', product("''"));
    expect((await json<object[]>('export --product bulb'))[0]).not.toHaveProperty('category');
    expect((await ran('apply -f -', product('nothing'))).stderr).toMatch(
      /needs Category nothing, which neither exists/,
    );
    expect((await ran('apply -f -', 'kind: Category\nname: things\nparent: lights\n')).stderr).toMatch(
      /cannot be moved/,
    );
  });

  test('leaves a thing model the definitions that it has because of its category', async () => {
    const category = 'kind: Category\nname: warm\n';
    await dmctl('apply -f -', category);
    const shared = folderOf({ 'shared.json': tsl({ ...humidity, identifier: 'sharedHumidity' }) });
    await dmctl(`definition create ${join(shared, 'shared.json')}`);
    await dmctl('category define warm sharedHumidity');
    const product = 'kind: Product\nproductKey: oven\ncategory: warm\n';
    const model = `kind: ThingModel\nproductKey: oven\nmodel: ${tsl(temperature)}\n`;
    await dmctl('apply -f -', `${product}---\n${model}`);
    const identifiers = async () =>
      (await json<{ properties: { identifier: string }[] }>('product export-tsl oven')).properties.map(
        ({ identifier }) => identifier,
      );
    expect((await identifiers()).sort()).toEqual(['sharedHumidity', 'temperature']);
    expect(await ran('apply -f - --prune', model)).toMatchObject({
      stdout: 'nothing to change: 1 are as described\n',
      stderr: '',
    });
    await dmctl('apply -f - --prune', model.replace('Heat', 'Hot'));
    expect((await identifiers()).sort()).toEqual(['sharedHumidity', 'temperature']);
  });

  test('of custom topics defines what is named, and takes the others only when it is told to prune', async () => {
    const topics = (...lines: string[]) => ['kind: CustomTopics', 'productKey: radio', ...lines, ''].join('\n');
    const product = 'kind: Product\nproductKey: radio\n---\n';
    const mine = topics('definedOnly: true', 'topics:', '  - { topic: user/tune, permission: both, description: hz }');
    await dmctl('apply -f -', `${product}${mine}`);
    const after = await ran('apply -f -', mine);
    expect(after.stdout).toBe('nothing to change: 1 are as described\n');
    expect(after.stderr).toMatch(/^CustomTopics radio also has user\/get, user\/update, user\/update\/error; --prune/);
    const changed = mine.replace('both', 'publish').replace('true', 'false');
    await dmctl('apply -f - --prune', changed);
    expect(await json<object[]>('export --product radio')).toContainEqual({
      kind: 'CustomTopics',
      productKey: 'radio',
      topics: [{ topic: 'user/tune', permission: 'publish', description: 'hz' }],
    });
    expect(await dmctl('apply -f - --prune', changed)).toBe('nothing to change: 1 are as described\n');
    const fresh = `${product}${mine}`.replaceAll('radio', 'radio2');
    await dmctl('apply -f - --prune', fresh);
    expect(await dmctl('apply -f - --prune', fresh)).toBe('nothing to change: 2 are as described\n');
  });

  test('of rules that forward messages makes those that are named', async () => {
    await dmctl('product create button');
    const rules = (...lines: string[]) =>
      ['kind: ForwardRules', 'productKey: button', 'rules:', ...lines, ''].join('\n');
    const toPump = '  - { topic: user/press, targetProductKey: pump, targetDeviceName: dev1, targetTopic: user/get }';
    const toSelf = '  - { topic: user/press, targetProductKey: button, targetDeviceName: dev2, targetTopic: user/get }';
    await dmctl('apply -f -', rules(toPump, toSelf));
    expect(await dmctl('apply -f -', rules(toSelf, toPump))).toBe('nothing to change: 1 are as described\n');
    const off = rules(toPump.replace(' }', ', disabled: true }'));
    expect((await ran('apply -f -', off)).stderr).toBe(
      'ForwardRules button also has user/press to /dev2 user/get; --prune deletes it\n',
    );
    await dmctl('apply -f - --prune', off);
    expect(await json<object[]>('export --product button')).toContainEqual({
      kind: 'ForwardRules',
      productKey: 'button',
      rules: [
        {
          topic: 'user/press',
          targetProductKey: 'pump',
          targetDeviceName: 'dev1',
          targetTopic: 'user/get',
          disabled: true,
        },
      ],
    });
  });

  test('of remote configuration keeps members, or a text byte for byte, for a product and for one device', async () => {
    await dmctl('product create meter');
    await dmctl('device create meter dev1');
    const product = 'kind: RemoteConfiguration\nproductKey: meter\ncontent: { interval: 60, hosts: [a, b] }\n';
    const device = `kind: RemoteConfiguration\nproductKey: meter\ndeviceName: dev1\ncontent: '{"id": 12345678901234567890}'\n`;
    expect(await dmctl('apply -f -', `${device}---\n${product}`)).toMatch(/^created RemoteConfiguration meter\/dev1\n/);
    expect(await dmctl('apply -f -', `${device}---\n${product}`)).toBe('nothing to change: 2 are as described\n');
    expect((await json('config get meter dev1')).content).toBe('{"id": 12345678901234567890}');
    expect(await json<object[]>('export --product meter')).toContainEqual({
      kind: 'RemoteConfiguration',
      productKey: 'meter',
      content: { interval: 60, hosts: ['a', 'b'] },
    });
    const bad = await ran('apply -f -', 'kind: RemoteConfiguration\nproductKey: meter\ncontent: "{"\n');
    expect([bad.code, bad.stderr]).toEqual([2, expect.stringMatching(/^dmctl: -:3: content is no JSON/)]);
  });

  test('of groups makes a tree, whatever their order, and moves devices out only when it is told to prune', async () => {
    await dmctl('product create site');
    for (const name of ['dev1', 'dev2', 'dev3']) await dmctl(`device create site ${name}`);
    const group = (name: string, more: string, ...devices: string[]) =>
      `kind: DeviceGroup\nname: ${name}\n${more}devices:${devices.length > 0 ? '' : ' []'}\n` +
      devices.map((deviceName) => `  - { productKey: site, deviceName: ${deviceName} }\n`).join('');
    const halls = `${group('hall-2', 'parent: halls\ntags: { floor: "3" }\n', 'dev2', 'dev1')}---\n${group('halls', '')}`;
    expect(await dmctl('apply -f -', halls)).toMatch(/^created DeviceGroup halls\ncreated DeviceGroup hall-2\n/);
    expect(await dmctl('apply -f -', halls)).toBe('nothing to change: 2 are as described\n');

    const other = group('hall-2', 'description: north\n', 'dev1', 'dev3');
    const kept = await ran('apply -f -', other);
    expect(kept).toMatchObject({ code: 0, stderr: 'DeviceGroup hall-2 also has site/dev2; --prune deletes it\n' });
    const exported = async () => json<Record<string, unknown>[]>('export --devices');
    const find = async () => (await exported()).find(({ name }) => name === 'hall-2');
    const member = (deviceName: string) => ({ productKey: 'site', deviceName });
    expect(await find()).toEqual({
      kind: 'DeviceGroup',
      name: 'hall-2',
      parent: 'halls',
      description: 'north',
      tags: { floor: '3' },
      devices: [member('dev1'), member('dev2'), member('dev3')],
    });
    await dmctl('apply -f - --prune', other);
    expect(await find()).toMatchObject({ devices: [member('dev1'), member('dev3')] });

    const moved = await ran(
      'apply -f -',
      'kind: DeviceGroup\nname: hall-2\nparent: hall-3\n---\nkind: DeviceGroup\nname: hall-3\n',
    );
    expect([moved.code, moved.stderr]).toEqual([
      2,
      'dmctl: -:1: DeviceGroup hall-2 stands below halls, and groups cannot be moved: delete it first\n',
    ]);
  });

  test('says what was done and what was not, where it breaks off, and goes on from there', async () => {
    const documents = (alias: string) =>
      `kind: Product\nproductKey: first\n---\n` +
      `kind: DeviceList\nproductKey: first\ndevices:\n` +
      `  - { deviceName: dev1, tags: { a: b }, enabled: false }\n  - { deviceName: dev2, alias: "${alias}" }\n---\n` +
      `kind: Product\nproductKey: second\n---\n` +
      `kind: ThingModel\nproductKey: second\nmodel: ${tsl(temperature)}\n---\n` +
      `kind: DeviceList\nproductKey: second\ndevices: [{ deviceName: dev1 }]\n`;
    const { code, stdout, stderr } = await ran('apply -f -', documents('\\uFFFD'));
    expect(code).toBe(1);
    expect(stdout).toBe(
      'created Product first\ncreated Product second\ncreated ThingModel second\n' +
        '3 created, 0 changed, 0 as described, 1 broken off\n',
    );
    expect(stderr).toMatch(/^broken off at DeviceList first \(-:4\), not begun: DeviceList second; the same command/);
    expect(stderr).toMatch(/dmctl: 1 of 2 devices refused, 1 created: "dev2": holds U\+FFFD/);
    // What was created is as its document says.
    expect(await json('device show first dev1')).toMatchObject({ state: 'disabled', tags: { a: 'b' } });
    expect(await dmctl('apply -f -', documents('good'))).toBe(
      'changed DeviceList first\ncreated DeviceList second\n1 created, 1 changed, 3 as described\n',
    );
  });

  test('does nothing where a document needs what is not there', async () => {
    const { code, stderr } = await ran('apply -f -', 'kind: DeviceList\nproductKey: nowhere\ndevices: []\n');
    expect([code, stderr]).toEqual([
      2,
      'dmctl: -:1: DeviceList nowhere needs Product nowhere, which neither exists nor has a document\n',
    ]);
  });

  test('--json says what became of each', async () => {
    const text = 'kind: Product\nproductKey: jsonOne\n';
    expect(JSON.parse(await dmctl('apply -f - --json', text))).toEqual({
      dryRun: false,
      created: ['Product jsonOne'],
      changed: [],
      kept: [],
    });
    expect(JSON.parse(await dmctl('diff -f - --json', text))).toMatchObject([
      { kind: 'Product', id: 'jsonOne', where: '-:1', verb: 'keep', diff: '' },
    ]);
  });
});

describe('sub-devices of gateway devices', () => {
  const names = (...deviceNames: string[]) => deviceNames.map((deviceName) => ({ productKey: 'sensors', deviceName }));
  const attached = (deviceName: string, ...subDevices: string[]) =>
    JSON.stringify({ kind: 'SubDevices', productKey: 'gates', deviceName, subDevices: names(...subDevices) });
  const list = (productKey: string, ...deviceNames: string[]) =>
    JSON.stringify({ kind: 'DeviceList', productKey, devices: deviceNames.map((deviceName) => ({ deviceName })) });
  const product = (productKey: string, deviceType: string) =>
    JSON.stringify({ kind: 'Product', productKey, deviceType });
  const documents = (...texts: string[]) => texts.join('\n---\n');
  const listed = async (deviceName: string) =>
    (await json<{ deviceName: string }[]>(`gateway list gates ${deviceName}`)).map((each) => each.deviceName).sort();

  test('are attached by a document, moved by another, and leave when it is pruned', async () => {
    const all = documents(
      attached('gate1', 'lamp1', 'lamp2'),
      list('sensors', 'lamp1', 'lamp2', 'lamp3'),
      list('gates', 'gate1', 'gate2'),
      product('sensors', 'sub-device'),
      product('gates', 'gateway'),
    );
    expect(await dmctl('apply -f -', all)).toMatch(/created SubDevices gates\/gate1\n5 created/);
    expect(await dmctl('apply -f -', all)).toMatch(/^nothing to change/);
    expect(await listed('gate1')).toEqual(['lamp1', 'lamp2']);

    expect(await dmctl('apply -f -', attached('gate2', 'lamp2', 'lamp3'))).toMatch(/^changed SubDevices gates\/gate2/);
    expect([await listed('gate1'), await listed('gate2')]).toEqual([['lamp1'], ['lamp2', 'lamp3']]);

    const fewer = attached('gate2', 'lamp3');
    expect((await ran('apply -f -', fewer)).stderr).toContain('sensors/lamp2');
    expect(await listed('gate2')).toEqual(['lamp2', 'lamp3']);
    await dmctl('apply -f - --prune', fewer);
    expect(await listed('gate2')).toEqual(['lamp3']);
  });

  test('are refused as the platform refuses them, and need products that there are', async () => {
    const wrong = documents(attached('gate1', 'none1'));
    expect(await ran('apply -f -', wrong)).toMatchObject({ code: 1, stderr: expect.stringContaining('none1') });
    const nowhere = attached('gate1', 'lamp1').replace('sensors', 'nowhere');
    expect(await ran('apply -f -', nowhere)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('needs Product nowhere'),
    });
  });
});

test('the folder that the documents for people name is one that can be applied', async () => {
  const folder = fileURLToPath(new URL('../../../examples/platform', import.meta.url));
  expect(await dmctl(`apply -f ${folder}`)).toMatch(/7 created, 0 changed, 0 as described\n$/);
  expect((await ran(`apply -f ${folder}`)).stdout).toBe('nothing to change: 7 are as described\n');
});

const lampAlone = (key: string, name: string) =>
  `kind: Product\nproductKey: ${key}\nname: ${name}\n${name === 'Fan' ? 'tags: { a: b }\n' : ''}`;

describe('export', () => {
  test(
    'writes what apply takes: another platform becomes the same, and the same platform stays',
    async () => {
      const folder = join(root, 'exported');
      const { files } = await json<{ files: string[] }>(`export ${folder} --devices`);
      expect(files).toEqual(expect.arrayContaining(['products/lamp.yaml', 'gateways/gates.yaml']));
      expect(await dmctl(`diff -f ${folder}`)).toMatch(/^no difference/);
      const text = filesIn(folder)['products/lamp.yaml'];
      expect(text).toMatch(/^kind: Product\nproductKey: lamp\n/);
      expect(text).not.toMatch(/secret/i);

      const other = await SpawnedPlatform.start({ apps: ['dm-rpc'] });
      try {
        const there = async (args: string) => {
          const result = await runCli(args.split(' '), { env: other.portVariables, now: Date.now });
          expect({ args, code: result.code, stderr: result.stderr }).toEqual({ args, code: 0, stderr: '' });
          return result.stdout;
        };
        await there(`apply -f ${folder} --prune`);
        expect(await there(`apply -f ${folder}`)).toMatch(/^nothing to change/);
        const again = join(root, 'exported-again');
        await there(`export ${again} --devices`);
        expect(filesIn(again)).toEqual(filesIn(folder));
      } finally {
        await other.stop();
      }
    },
    PLATFORM_START_MS,
  ); // a second platform comes up

  test('of one product, on standard output, without its devices', async () => {
    const text = await dmctl('export --product lamp');
    expect(text.match(/^kind: .*$/gm)).toEqual(['kind: Product', 'kind: ThingModel', 'kind: CustomTopics']);
    expect(await dmctl('apply -f -', text)).toBe('nothing to change: 3 are as described\n');
    expect(await json<object[]>('export --product lamp')).toMatchObject([
      { kind: 'Product', productKey: 'lamp' },
      {},
      {},
    ]);
  });

  test('says which products it leaves out, and what is missing where no configuration is', async () => {
    const channel = connectRpc(`127.0.0.1:${platform.ports.dm}`);
    const meter = { productID: 'foreign1', productName: 'Foreign', protocolCode: 'modbus' };
    await channel.client(services.productManage).productInfoCreate(meter);
    channel.close();
    const { code, stdout, stderr } = await ran('export');
    expect([code, stderr]).toEqual([0, 'left out, of other protocols: foreign1\n']);
    expect(stdout).not.toContain('productKey: foreign1\n');
    expect((await ran('export --product foreign1')).stderr).toBe('dmctl: of another protocol: foreign1\n');
    expect((await ran('config get fan')).stderr).toContain('\n       dmctl config set <productKey> --file ');
  });

  test('writes over nothing, and knows what it was asked for', async () => {
    expect(await ran(`export ${root}`)).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot write') });
    expect(await ran('export --product nowhere')).toMatchObject({ code: 1, stderr: 'dmctl: no product nowhere\n' });
  });
});
