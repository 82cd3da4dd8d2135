/**
 * Random sequences of logins, logouts, takeovers, changes of topology and of devices, each step compared with the rules: the
 * answers, who is online through whom here and by what dm is told, what gateway devices hear, who may speak for whom. Seeds are
 * fixed, so what fails fails again; FUZZ_SEED tries others.
 */
import { encodeEnvelope, subjects } from '@alink/contract';
import { eventually, seededRandom } from '@alink/testing';
import { createGatewayBed, errorsOf, login, logout, named, signed, type Gateway, type GatewayBed } from './gateway-bed';
import { followPresence } from './followed-presence';
import { PRODUCT_KEY, secretOf } from './listed-dm';
import { SessionRules, type Answer, type Heard } from './session-rules';

const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129);
const STEPS = 150;

const GATEWAYS = ['dev-east', 'dev-west'] as const;
const SUBS = ['dev-1', 'dev-2', 'dev-3'] as const;
const ALL: readonly string[] = [...GATEWAYS, ...SUBS];

test.each([seed, seed + 1, seed + 2])('seed %i', async (of) => {
  const random = seededRandom(of);
  const bed = await createGatewayBed();
  const rules = new SessionRules();
  const presence = await followPresence(bed.bus);
  const links = new Map<string, Gateway>();
  const secrets = new Map(ALL.map((name) => [name, secretOf(name)]));
  const heard: Heard[] = [];
  const trace: string[] = [];

  const tell = (subject: string, deviceName: string): void =>
    bed.bus.publish(subject, encodeEnvelope(JSON.stringify({ productID: PRODUCT_KEY, deviceName }), Date.now()));
  const sign = (name: string, wrong: string | undefined) =>
    signed(name, name === wrong ? 'a guess' : secrets.get(name)!);
  const ask = async (gateway: string, question: Parameters<GatewayBed['ask']>[1]): Promise<Answer> => {
    const { code, data } = await bed.ask(links.get(gateway)!, question);
    const refused = (data ?? []) as unknown as { deviceName: string }[];
    return [code, ...refused.map(({ deviceName }) => deviceName)];
  };
  const isOnline = (gateway: string): boolean => rules.through.get(gateway) === gateway;
  const attached = (gateway: string | undefined) => ({
    gateway: gateway === undefined ? undefined : { productID: PRODUCT_KEY, deviceName: gateway },
  });
  /** Some of them, no name twice. */
  const some = (from: readonly string[]): string[] => {
    const chosen = from.filter(() => random.next() < 0.4);
    return chosen.length > 0 ? chosen : [random.pick(from)];
  };
  const wrongOne = (devices: readonly string[]): string | undefined =>
    random.next() < 0.15 ? random.pick(devices) : undefined;

  /** What may happen: each does it, and says by the rules and by the node what was answered. */
  const steps: Record<string, () => Promise<{ what: string; expected?: unknown; actual?: unknown } | undefined>> = {
    connect: async () => {
      const device = random.pick(ALL);
      const expected = rules.connect(device);
      const { link, welcome } = await bed.dial(bed.credentials(device, secrets.get(device)));
      if (!('returnCode' in welcome)) links.set(device, { link, session: bed.sessionOf(device)! });
      return { what: device, expected, actual: ['returnCode' in welcome ? welcome.returnCode : 0] };
    },
    disconnect: async () => {
      const device = random.pick(ALL);
      if (!isOnline(device)) return undefined;
      rules.disconnect(device);
      links.get(device)!.link.close({ how: 'lost' });
      return { what: device };
    },
    login: async () => {
      const gateway = random.pick(GATEWAYS);
      if (!isOnline(gateway)) return undefined;
      const devices = some(random.next() < 0.1 ? ALL : SUBS);
      const wrong = wrongOne(devices);
      const expected = rules.login(gateway, devices, wrong);
      const actual = await ask(gateway, login(...devices.map((name) => sign(name, wrong))));
      return { what: `${gateway} ${devices.join()} wrong ${wrong}`, expected, actual };
    },
    logout: async () => {
      const gateway = random.pick(GATEWAYS);
      if (!isOnline(gateway)) return undefined;
      const devices = some(SUBS);
      return {
        what: `${gateway} ${devices.join()}`,
        expected: rules.logout(gateway, devices),
        actual: await ask(gateway, logout(...devices)),
      };
    },
    pipelined: async () => {
      const gateway = random.pick(GATEWAYS);
      if (!isOnline(gateway)) return undefined;
      const device = random.pick(SUBS);
      const turns = Array.from({ length: random.int(2, 5) }, () => random.pick(['login', 'logout'] as const));
      const expected = turns.map((turn) =>
        turn === 'login' ? rules.login(gateway, [device], undefined) : rules.logout(gateway, [device]),
      );
      const questions = turns.map((turn) => (turn === 'login' ? login(sign(device, undefined)) : logout(device)));
      const actual = await Promise.all(questions.map((question) => ask(gateway, question)));
      return { what: `${gateway} ${device} ${turns.join()}`, expected, actual };
    },
    add: async () => {
      const gateway = random.pick(GATEWAYS);
      if (!isOnline(gateway)) return undefined;
      const devices = some(random.next() < 0.1 ? [...SUBS, gateway] : SUBS);
      const wrong = wrongOne(devices);
      const expected = rules.add(gateway, devices, wrong);
      const question = { kind: 'topology.add', devices: devices.map((name) => sign(name, wrong)) } as const;
      return { what: `${gateway} ${devices.join()} wrong ${wrong}`, expected, actual: await ask(gateway, question) };
    },
    remove: async () => {
      const gateway = random.pick(GATEWAYS);
      if (!isOnline(gateway)) return undefined;
      const devices = some(SUBS);
      const question = { kind: 'topology.delete', devices: devices.map(named) } as const;
      return {
        what: `${gateway} ${devices.join()}`,
        expected: rules.remove(gateway, devices),
        actual: await ask(gateway, question),
      };
    },
    attach: async () => {
      const device = random.pick(SUBS);
      if (rules.deleted.has(device)) return undefined;
      const gateway = random.pick([...GATEWAYS, undefined]);
      rules.attach(device, gateway);
      bed.change(device, attached(gateway));
      return { what: `${device} to ${gateway}` };
    },
    disable: async () => {
      const device = random.pick([...SUBS, ...ALL]);
      if (rules.deleted.has(device)) return undefined;
      rules.disable(device);
      bed.change(device, { enabled: false });
      return { what: device };
    },
    enable: async () => {
      const device = random.pick(ALL);
      if (rules.deleted.has(device)) return undefined;
      rules.disabled.delete(device);
      bed.change(device, { enabled: true });
      return { what: device };
    },
    rotate: async () => {
      const device = random.pick(ALL);
      if (rules.deleted.has(device)) return undefined;
      rules.end(device, 520);
      secrets.set(device, random.text(8));
      bed.change(device, { secret: secrets.get(device) });
      return { what: device };
    },
    reset: async () => {
      const device = random.pick(ALL);
      rules.end(device, 520);
      tell(subjects.deviceReset, device);
      return { what: device };
    },
    delete: async () => {
      const device = random.pick(ALL);
      if (rules.deleted.has(device)) return undefined;
      const detached = SUBS.filter((sub) => rules.gatewayOf.get(sub) === device);
      rules.delete(device);
      bed.dm.delete(device);
      // Of these nothing is told.
      for (const sub of detached) bed.dm.change(sub, attached(undefined));
      tell(subjects.deviceDeleted, device);
      return { what: device };
    },
    create: async () => {
      const device = random.pick(ALL);
      if (!rules.deleted.delete(device)) return undefined;
      bed.dm.change(device, { secret: secrets.get(device) });
      tell(subjects.deviceCreated, device);
      return { what: device };
    },
    publish: async () => {
      const speaker = random.pick(ALL);
      if (!isOnline(speaker)) return undefined;
      const device = random.pick(ALL);
      const { link } = links.get(speaker)!;
      const topic = `/sys/${PRODUCT_KEY}/${device}/thing/event/property/post`;
      await bed.connections.published(link, { topic, payload: Buffer.from('{"id":"1","params":{}}'), qos: 1 });
      const sent = link.sent.splice(0).map((message) => message.topic);
      return {
        what: `${speaker} for ${device}`,
        expected: rules.maySpeakFor(speaker, device),
        actual: sent.includes(`${topic}_reply`),
      };
    },
  };
  const often = ['login', 'login', 'login', 'connect', 'connect', 'add', 'enable', 'create', 'publish'];

  const compare = (): void => {
    for (const [name, gateway] of links)
      heard.push(...errorsOf(gateway).map(([code, sub]): Heard => [name, code, sub]));
    const through = Object.fromEntries(rules.through);
    const here = Object.fromEntries(
      [...bed.sessions].map(({ deviceName, via }) => [deviceName, via?.deviceName ?? deviceName]),
    );
    expect({ here, told: presence.through(), heard: [...heard].sort() }).toEqual({
      here: through,
      told: through,
      heard: [...rules.heard].sort(),
    });
  };

  for (let step = 0; step < STEPS; step++) {
    const name = random.pick([...Object.keys(steps), ...often]);
    const done = await steps[name]!();
    if (!done) continue;
    trace.push(`${name} ${done.what}`);
    try {
      expect(done.actual).toEqual(done.expected);
      await eventually(compare);
    } catch (error) {
      throw new Error(`after ${trace.slice(-15).join('\n  ')}`, { cause: error });
    }
  }
  await presence.stop();
  await bed.stop();
});
