/** Every command of administration once, against real services; what is printed to be pasted is pasted. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { services } from '@alink/contract';
import { connectRpc } from '@alink/rpc';
import { eventually, PATIENCE_MS, PLATFORM_START_MS, RawMqtt, SpawnedPlatform } from '@alink/testing';
import { runCli, type Ran } from './run-cli';

const run = promisify(execFile);

const SECRET_KEY = randomBytes(32).toString('hex');

let platform: SpawnedPlatform;
beforeAll(async () => {
  // Calls that do not say whom they are for have no right here: ours say it.
  platform = await SpawnedPlatform.start({ env: { SECRET_KEY, CALLERS_WITHOUT_USER: 'none' } });
}, PLATFORM_START_MS);
afterAll(() => platform?.stop());

/** Secrets that came to be, and what was printed by commands that are not made to print one. */
const secrets = new Set<string>();
let printed = '';

const ran = async (args: string): Promise<Ran> => {
  const result = await runCli(args.split(' '), { env: platform.portVariables, now: Date.now });
  const shows = /--show-secret|rotate-secret|(product|device) create|--device-token|--iot-token/.test(args);
  if (!shows) printed += result.stdout + result.stderr;
  return result;
};
/** Runs a command that must succeed. */
const dmctl = async (args: string): Promise<string> => {
  const { code, stdout, stderr } = await ran(args);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
};
const json = async <T = Record<string, unknown>>(args: string): Promise<T> =>
  JSON.parse(await dmctl(`${args} --json`)) as T;
/** Runs a command that must be refused; what it says. */
const refused = async (args: string): Promise<string> => {
  const { code, stderr } = await ran(args);
  expect({ args, code }).toEqual({ args, code: 1 });
  return stderr;
};
const keep = (secret: unknown): string => {
  expect(secret).toEqual(expect.stringMatching(/.{8,}/));
  secrets.add(String(secret));
  return String(secret);
};
const file = (name: string): string => join(platform.dataDir, name);
/** The authority of the node's development certificate. */
const gatewayCa = (): string => join(platform.dataDir, 'tls', 'ca.crt');
const write = (name: string, text: string): string => {
  writeFileSync(file(name), text);
  return file(name);
};
/** Runs a command line in a shell, as if it were pasted. */
const paste = async (line: unknown): Promise<string> =>
  (await run('sh', ['-c', String(line)], { timeout: PATIENCE_MS })).stdout;

const tsl = {
  schema: '',
  properties: [{ identifier: 'temperature', accessMode: 'rw', dataType: { type: 'int' } }],
};

describe('products', () => {
  test('update, show, publish, unpublish', async () => {
    const created = await json(`product create lamp --name Lamp --tsl ${write('model.json', JSON.stringify(tsl))}`);
    keep(created.productSecret);
    await dmctl('product update lamp --auto-register create --validation strong --tag line=2 --tag hall=north');
    await dmctl('product update lamp --tag line=3');
    expect(await json('product show lamp')).toMatchObject({
      autoRegister: 'create',
      dynamicRegistration: 'on: a device that exists may register, and a new one is created',
      validation: 'strong',
      status: 'developing',
      tags: { line: '3', hall: 'north' },
    });
    await dmctl('product update lamp --net-type cellular --description smart');
    await dmctl('product disable lamp');
    expect(await json('product show lamp')).toMatchObject({
      netType: 'cellular',
      description: 'smart',
      status: 'disabled',
      devices: 0,
    });
    await dmctl('product enable lamp');
    expect(await json('product list --name amp --tag hall=north')).toMatchObject([{ productKey: 'lamp', devices: 0 }]);
    await dmctl('product publish lamp');
    expect(await dmctl('product show lamp')).toMatch(/status: +published/);
    expect(await refused('product delete lamp')).toContain('unpublish');
    expect(await refused(`product import-tsl lamp ${file('model.json')}`)).toContain('unpublish');
    await dmctl('product unpublish lamp');
    await dmctl(`product import-tsl lamp ${file('model.json')}`);
  });

  test('rotate-secret', async () => {
    const made = keep((await json('product rotate-secret lamp')).productSecret);
    expect(await json('product show lamp --show-secret')).toMatchObject({ productSecret: made });
    keep((await json('product rotate-secret lamp --secret GivenSecret00001')).productSecret);
    expect(await json('product show lamp --show-secret')).toMatchObject({ productSecret: 'GivenSecret00001' });
  });
});

test('a gateway device and its sub-device: attached, logged in with what is pasted, detached', async () => {
  await dmctl('product create hubs --device-type gateway');
  await dmctl('product create bulbs --device-type sub-device');
  for (const device of ['hubs hub1', 'bulbs bulb1', 'bulbs bulb2']) {
    keep((await json(`device create ${device}`)).deviceSecret);
  }
  await dmctl('gateway add hubs hub1 bulbs bulb1');
  const port = platform.ports.mqtt;
  const params = () =>
    json<Record<'attach' | 'login', { command: string }>>(`gateway login-params hubs hub1 bulbs bulb2 --port ${port}`);
  expect(JSON.parse(await paste((await params()).login.command))).toMatchObject({ code: 6401 });
  const { attach, login } = await params();
  expect(JSON.parse(await paste(attach.command))).toMatchObject({ code: 200, data: [{ deviceName: 'bulb2' }] });
  expect(JSON.parse(await paste(login.command))).toMatchObject({ code: 200, data: { deviceName: 'bulb2' } });
  await eventually(async () =>
    expect(await json('device status-log bulbs bulb2')).toMatchObject([
      { state: 'offline', via: 'hubs/hub1' },
      { state: 'online', via: 'hubs/hub1' },
    ]),
  );
  expect(await json('gateway list hubs hub1')).toMatchObject([{ deviceName: 'bulb1' }, { deviceName: 'bulb2' }]);
  expect(await json('device show bulbs bulb2')).toMatchObject({ gateway: 'hubs/hub1' });
  await dmctl('gateway remove hubs hub1 --all --yes');
  expect(await refused('gateway list bulbs bulb2 --of-device')).toContain('attached to no gateway device');
  for (const product of ['bulbs', 'hubs']) {
    await dmctl(`device delete ${product} --all --yes`);
    await dmctl(`product delete ${product}`);
  }
});

describe('a device', () => {
  test('update and list by name, tag, status, product, page by page', async () => {
    for (const name of ['lamp1', 'lamp2', 'lamp3']) keep((await json(`device create lamp ${name}`)).deviceSecret);
    await dmctl('device update lamp lamp1 --alias kitchen --tag floor=1 --tag site=a');
    await dmctl('device update lamp lamp1 --tag floor=2');
    await dmctl('device disable lamp lamp2');
    const names = async (filters: string) =>
      (await json<{ deviceName: string }[]>(`device list ${filters}`)).map(({ deviceName }) => deviceName).sort();
    expect(await names('--name kitch')).toEqual(['lamp1']);
    expect(await names('lamp --tag floor=2 --tag site=a')).toEqual(['lamp1']);
    expect(await names('--tag floor=1')).toEqual([]);
    expect(await names('--status disabled')).toEqual(['lamp2']);
    expect(await names('--status inactive --product lamp')).toEqual(['lamp1', 'lamp2', 'lamp3']);
    expect(await names('--status online')).toEqual([]);
    expect(await names('--status offline')).toEqual([]);
    const pages = [await names('lamp --limit 2'), await names('lamp --limit 2 --page 2')];
    expect(pages.map((page) => page.length)).toEqual([2, 1]);
    expect(pages.flat().sort()).toEqual(['lamp1', 'lamp2', 'lamp3']);
    expect((await ran('device list lamp --limit 2')).stderr).toBe('1 to 2 of 3; --page 2 shows more\n');
    await dmctl('device enable lamp lamp2');
    expect(await names('--status disabled')).toEqual([]);
  });

  test('reset, rotate-secret, topics, delete', async () => {
    await dmctl('device reset lamp lamp1 --logs --data');
    const made = keep((await json('device rotate-secret lamp lamp1')).deviceSecret);
    expect(await json('device show lamp lamp1 --show-secret')).toMatchObject({ deviceSecret: made });
    const topics = await dmctl('device topics lamp lamp1');
    expect(topics).toMatch(/^publish +\/sys\/lamp\/lamp1\/thing\/event\/property\/post +report properties$/m);
    expect(topics).toMatch(/^publish and subscribe +\/lamp\/lamp1\/user\/\{topic\} +custom/m);
    expect(await refused('device topics lamp nobody')).toContain('nobody');
    await refused(`property set lamp lamp1 {"temperature":1}`);
    expect(await json('property log lamp lamp1')).toMatchObject([
      { action: 'set', identifier: 'temperature', content: 1, result: 'the device is offline' },
    ]);
    expect(await dmctl('service log lamp lamp1')).toBe('no service calls and messages of lamp1\n');
    await dmctl('device delete lamp lamp3');
    expect(await refused('device tokens lamp lamp3')).toContain('lamp3');
  });
});

test('as another user than root, only what that user may do; unsaid, nothing', async () => {
  const plain = '--user {"TenantCode":"default","UserID":"42"}';
  expect(await json(`device list lamp --name kitchen ${plain}`)).toMatchObject([{ deviceName: 'lamp1' }]);
  expect(await refused(`device delete lamp lamp1 ${plain}`)).toMatch(
    /deviceInfoDelete needs an administrator: .* \(100012\)\n +dmctl acts as root unless --user says otherwise/,
  );
  expect(await refused(`product delete lamp --user {"TenantCode":"acme","IsAdmin":true}`)).toContain('needs root');
  expect((await ran('product list --user bob')).code).toBe(2);
  const unsaid = connectRpc(`127.0.0.1:${platform.ports.dm}`, { deadlineMs: PATIENCE_MS, user: null });
  const listed = unsaid.client(services.productManage).productInfoIndex({});
  await expect(listed).rejects.toMatchObject({ code: 100012 });
  unsaid.close();
});

test('tags that a device asks for are shown, and it is told those that people set', async () => {
  const channel = connectRpc(`127.0.0.1:${platform.ports.dm}`, { deadlineMs: PATIENCE_MS });
  const ask = async (kind: string, body: object) => {
    const question = { productID: 'tagged', deviceName: 'dev001', kind, body: JSON.stringify(body) };
    const { replies } = await channel.client(services.requests).ask({ questions: [question] });
    return replies.map(({ code, data }) => [code, data && (JSON.parse(data) as unknown)])[0];
  };
  try {
    await dmctl('product create tagged');
    await dmctl('device create tagged dev001');
    expect(await ask('tags.update', { tags: [{ key: 'fw', value: '1.2' }] })).toEqual(['200', '']);
    expect(await json('device show tagged dev001')).toMatchObject({ tags: { fw: '1.2' } });
    await dmctl('device update tagged dev001 --tag site=hall-2');
    const both = [
      { key: 'fw', value: '1.2' },
      { key: 'site', value: 'hall-2' },
    ];
    expect(await ask('tags.get', { keys: ['fw', 'site'] })).toEqual(['200', both]);
    await dmctl('device delete tagged dev001');
    await dmctl('product delete tagged');
  } finally {
    channel.close();
  }
});

describe('many devices', () => {
  test('by count, with a file of triples that its owner alone may read', async () => {
    const out = file('counted.csv');
    expect(await dmctl(`device batch-create lamp --count 12 --prefix bulb --dry-run`)).toContain('12 of 12 could be');
    expect(await dmctl(`device batch-create lamp --count 12 --prefix bulb --out ${out}`)).toBe(
      `created 12 of 12; their triples are in ${out}\n`,
    );
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n');
    expect(header).toBe('productKey,deviceName,deviceSecret,alias');
    expect(lines).toHaveLength(12);
    const [productKey, deviceName, secret] = lines[0]!.split(',');
    expect(productKey).toBe('lamp');
    keep(secret);
    expect(await json(`device show lamp ${deviceName} --show-secret`)).toMatchObject({ deviceSecret: secret });
    expect((await ran(`device batch-create lamp --count 1 --prefix new --out ${out}`)).code).toBe(2);
    expect(readFileSync(out, 'utf8').startsWith(header!)).toBe(true);
  });

  test('disabled by a filter, deleted by a file; counted by product', async () => {
    const { code, stderr } = await ran('device disable lamp --name bulb');
    expect([code, stderr]).toEqual([2, expect.stringContaining('this would disable 12 devices of lamp')]);
    expect(await json('device disable lamp --name bulb --yes')).toMatchObject({ disabled: 12, failed: 0 });
    const counts = await json<{ total: number }>('device count lamp');
    expect(counts).toMatchObject({ activated: 0, online: 0, disabled: 12 });
    expect(await json('product show lamp')).toMatchObject({ devices: counts.total, onlineDevices: 0 });
    expect(await dmctl(`device delete lamp --from ${file('counted.csv')} --yes`)).toContain('deleted 12 of 12 devices');
    expect(await json('device count')).toMatchObject({ total: counts.total - 12 });
    expect(await refused('device enable lamp lamp2 nobody')).toContain('1 of 2 devices refused');
  });

  test('10,000 from a CSV; once more all are refused, each line with its reason', async () => {
    const names = Array.from({ length: 10_000 }, (_, i) => `unit${i}`);
    const csv = write('names.csv', `deviceName,alias\n${names.map((name) => `${name},"unit, ${name}"`).join('\n')}\n`);
    const out = file('units.csv');
    const result = await json(`device batch-create lamp --csv ${csv} --out ${out} --all-or-nothing`);
    expect(result).toEqual({ dryRun: false, created: 10_000, refused: 0, out, refusals: [] });
    const lines = readFileSync(out, 'utf8').trim().split('\n').slice(1);
    expect(lines.map((line) => line.split(',')[1])).toEqual(names);
    for (const line of lines) keep(line.split(',')[2]);
    expect(new Set(lines.map((line) => line.split(',')[2])).size).toBe(10_000);
    expect(lines[7]).toMatch(/,"unit, unit7"$/);

    const again = await ran(`device batch-create lamp --csv ${csv} --out ${file('none.csv')} --json`);
    expect(again.code).toBe(1);
    const { refusals, ...counts } = JSON.parse(again.stdout) as { refusals: object[] };
    expect(counts).toEqual({ dryRun: false, created: 0, refused: 10_000 });
    expect(refusals[0]).toEqual({ line: 2, productKey: 'lamp', deviceName: 'unit0', reason: 'exists already' });
    expect(() => statSync(file('none.csv'))).toThrow('ENOENT');

    const more = write('more.csv', `deviceName\n${[...names, 'one-more'].join('\n')}\n`);
    const { code, stderr } = await ran(`device batch-create lamp --csv ${more} --dry-run`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('more than 10000 devices')]);
  });

  test('some are refused, or with them all', async () => {
    const csv = write('some.csv', 'DeviceName,ProductKey\nfresh1,\nunit1,lamp\nno good,\nfresh2,other\nfresh1,\n');
    const all = await ran(`device batch-create lamp --csv ${csv} --out ${file('some-out.csv')} --all-or-nothing`);
    expect(all.code).toBe(1);
    expect(all.stdout).toMatch(/^2 +lamp +fresh1 +another line was refused/m);
    const { code, stdout, stderr } = await ran(`device batch-create lamp --csv ${csv} --out ${file('some-out.csv')}`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^3 +lamp +unit1 +exists already$/m);
    expect(stdout).toMatch(/^4 +lamp +no good +.*deviceName must be 4 to 32 letters/m);
    expect(stdout).toMatch(/^5 +lamp +fresh2 +is of another product, other$/m);
    expect(stdout).toMatch(/^6 +lamp +fresh1 +.*twice$/m);
    expect(stdout).toMatch(/^created 1 of 5; their triples are in /m);
    expect(stderr).toContain('4 of 5 devices refused');
    keep(readFileSync(file('some-out.csv'), 'utf8').split('\n')[1]!.split(',')[2]);
  });

  test('import keeps triples byte for byte', async () => {
    keep((await json('product create moved')).productSecret);
    const odd = ['  two blanks  ', 'comma, and "quotes"', "it's=<é>&密钥|", 'c4fa40df9c8078073d75a26be2bc8f58'].map(
      keep,
    );
    const quoted = odd.map((secret, i) => `"${secret.replaceAll('"', '""')}",dev${i}-moved,moved`);
    const csv = write(
      'triples.csv',
      `\uFEFFDeviceSecret,DeviceName,ProductKey\r\n${quoted.join('\r\n')}\r\n,none,moved\r\n`,
    );
    const dry = await ran(`device import ${csv} --dry-run`);
    expect([dry.code, dry.stdout]).toEqual([1, expect.stringContaining('4 of 5 could be created')]);
    expect(dry.stdout).toMatch(/^6 +moved +none +deviceSecret must not be empty$/m);
    expect(await dmctl('device list moved')).toBe('no devices\n');
    expect((await ran(`device import ${csv}`)).stdout).toContain('created 4 of 5\n');
    for (const [i, deviceSecret] of odd.entries()) {
      expect(await json(`device show moved dev${i}-moved --show-secret`)).toMatchObject({ deviceSecret });
    }
  });
});

describe('connect-params that work when pasted', () => {
  const params = (args: string) => json(`device connect-params ${args} --gateway-ca ${gatewayCa()}`);
  const connected = async (line: unknown, deviceName: string): Promise<void> => {
    await paste(line);
    await eventually(async () => {
      expect(await dmctl(`property latest lamp ${deviceName}`)).toContain('temperature');
    });
  };

  test.each(['tcp', 'tls', 'ws', 'wss'])('DeviceSecret over %s', async (transport) => {
    keep((await json(`device create lamp over-${transport}`)).deviceSecret);
    const { publish } = await params(`lamp over-${transport} --transport ${transport}`);
    await connected(publish, `over-${transport}`);
  });

  test('automatic registration', async () => {
    await connected((await params('lamp auto1 --mode auto')).publish, 'auto1');
  });

  /** Logs in with these parameters, without SUBSCRIBE, as a modem does. @returns what is pushed */
  const pushedTo = async (login: Record<string, unknown>): Promise<{ topic: string; text: string }> => {
    const raw = await RawMqtt.open({ port: Number(login.port), tls: login.transport === 'tls' });
    raw.send({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 120,
      clientId: String(login.clientId),
      username: String(login.username),
      password: Buffer.from(String(login.password)),
    });
    expect(await raw.next('connack')).toMatchObject({ returnCode: 0 });
    const { topic, payload } = await raw.next('publish');
    await raw.close();
    return { topic, text: payload.toString() };
  };

  test('register', async () => {
    const deviceSecret = keep((await json('device create lamp fetches1')).deviceSecret);
    expect(await pushedTo(await params('lamp fetches1 --mode register'))).toEqual({
      topic: '/ext/register',
      text: JSON.stringify({ productKey: 'lamp', deviceName: 'fetches1', deviceSecret }),
    });
  });

  test('regnwl, then connwl; tokens and revoke', async () => {
    const { topic, text } = await pushedTo(await params('lamp fetches2 --mode regnwl'));
    expect(topic).toBe('/ext/regnwl');
    const { clientId, deviceToken } = JSON.parse(text) as Record<string, string>;
    keep(deviceToken);
    const options = `--mode connwl --client-id ${clientId} --device-token ${deviceToken}`;
    const { publish } = await params(`lamp fetches2 ${options}`);
    await connected(publish, 'fetches2');
    expect(await json('device tokens lamp fetches2')).toMatchObject([{ id: clientId, kind: 'device' }]);
    await dmctl(`device revoke lamp fetches2 ${clientId}`);
    expect(await dmctl('device tokens lamp fetches2')).toBe('fetches2 has no tokens\n');
    await eventually(async () => expect(paste(publish)).rejects.toThrow());
    await dmctl('device revoke lamp fetches2 --all');
  });

  test('https: register, authenticate, then MQTT', async () => {
    const secret = keep((await json('device create lamp https1')).deviceSecret);
    const { register, authenticate } = await params('lamp https1 --mode https');
    expect(JSON.parse(await paste(register))).toEqual({
      code: 200,
      data: { productKey: 'lamp', deviceName: 'https1', deviceSecret: secret },
      message: 'success',
    });
    const { code, data } = JSON.parse(await paste(authenticate)) as { code: number; data: Record<string, string> };
    expect(code).toBe(200);
    keep(data.iotToken);
    const given = `--iot-id ${data.iotId} --iot-token ${data.iotToken}`;
    await connected((await params(`lamp https1 --mode https ${given}`)).publish, 'https1');
    expect(await json('device tokens lamp https1')).toMatchObject([{ id: data.iotId, kind: 'iot' }]);
  });
});

describe('certificates', () => {
  const openssl = (args: string) => run('openssl', args.split(' '), { cwd: platform.dataDir });
  const publishWith = async (name: string): Promise<string> => {
    const files = `--device-cert ${file(`${name}.crt`)} --device-key ${file(`${name}.key`)}`;
    const { publish } = await json(
      `device connect-params lamp ${name} --mode x509 ${files} --gateway-ca ${gatewayCa()}`,
    );
    return paste(publish);
  };

  test('of a device, and of a CA; revoked by fingerprint and by list', async () => {
    await openssl('req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 2 -subj /CN=maker');
    write('index.txt', '');
    write('crlnumber', '01\n');
    write(
      'ca.cnf',
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=2\n',
    );
    for (const name of ['x509a', 'x509b']) {
      keep((await json(`device create lamp ${name}`)).deviceSecret);
      await openssl(`req -newkey rsa:2048 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`);
      await openssl(`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out ${name}.crt -days 2`);
    }
    const own = await json(`cert add lamp x509a --pem ${file('x509a.crt')}`);
    expect(own).toMatchObject({ deviceName: 'x509a', kind: 'device', state: 'good', subject: 'CN=x509a' });
    expect(await json(`cert add lamp --pem ${file('ca.crt')}`)).toMatchObject({ kind: 'CA', subject: 'CN=maker' });
    expect(await json('cert list lamp')).toHaveLength(2);
    const { code, stderr } = await ran(`cert add lamp x509b --pem ${file('x509b.key')}`);
    expect([code, stderr]).toEqual([2, expect.stringContaining('holds a private key')]);
    await publishWith('x509a');
    await publishWith('x509b');

    await dmctl(`cert revoke lamp --fingerprint ${String(own.fingerprint)}`);
    expect(await json('cert list lamp x509a')).toMatchObject([{ state: 'revoked' }]);
    await eventually(async () => expect(publishWith('x509a')).rejects.toThrow());
    await openssl('ca -config ca.cnf -keyfile ca.key -cert ca.crt -revoke x509b.crt');
    await openssl('ca -config ca.cnf -keyfile ca.key -cert ca.crt -gencrl -out ca.crl');
    await publishWith('x509b');
    await dmctl(`cert revoke lamp --crl ${file('ca.crl')}`);
    await eventually(async () => expect(publishWith('x509b')).rejects.toThrow());
  });
});

describe('afterwards', () => {
  test('secrets rotate-key seals all anew', async () => {
    await platform.stopApp('dm-rpc');
    await platform.startApp('dm-rpc', {
      SECRET_KEY: randomBytes(32).toString('hex'),
      SECRET_KEYS_OLD: SECRET_KEY,
    });
    const first = await json<{ rotated: number; keyId: string }>('secrets rotate-key');
    expect(first.rotated).toBeGreaterThan(10_000);
    expect(await dmctl('secrets rotate-key')).toBe(`sealed 0 secrets anew with key ${first.keyId}\n`);
    expect(await json('product show lamp --show-secret')).toMatchObject({ productSecret: 'GivenSecret00001' });
  });

  test('audit tells who changed what', async () => {
    const rows = await json<{ action: string; detail: unknown }[]>('audit lamp lamp1');
    expect(rows.map(({ action }) => action)).toEqual([
      'device.rotateSecret',
      'device.reset',
      'device.update',
      'device.update',
      'device.create',
    ]);
    expect(await dmctl('audit --since 1h --limit 1')).toMatch(/secrets\.rotateKey/);
    expect((await ran('audit lamp --limit 2 --page 2')).stderr).toMatch(/^3 to 4 of \d+; --page 3 shows more\n$/);
    expect(await dmctl('audit nowhere')).toBe('nothing was changed\n');
  });

  test('no secret was printed by a command that is not made for it, nor by a service', () => {
    expect(secrets.size).toBeGreaterThan(10_000);
    const all = printed + platform.output;
    expect(all).toContain('unit9999');
    expect([...secrets].filter((secret) => all.includes(secret))).toEqual([]);
  });
});
