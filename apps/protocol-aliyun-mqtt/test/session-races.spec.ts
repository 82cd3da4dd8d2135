/**
 * Logins, logouts, takeovers and changes that happen at the same time, in random orders and with random waits: whatever the
 * order was, in the end nobody is online who may not be, everybody is online once, and dm is told the same. Seeds are fixed;
 * FUZZ_SEED tries others.
 */
import { encodeEnvelope, subjects } from '@alink/contract';
import { eventually, seededRandom } from '@alink/testing';
import { followPresence } from './followed-presence';
import { createGatewayBed, login, logout, named, signed, type Gateway } from './gateway-bed';
import { PRODUCT_KEY, secretOf } from './listed-dm';

const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_129);
const ROUNDS = 40;

const GATEWAYS: readonly string[] = ['dev-east', 'dev-west'];
const SUBS: readonly string[] = ['dev-1', 'dev-2', 'dev-3'];
const ALL = [...GATEWAYS, ...SUBS];

test.each([seed, seed + 1, seed + 2])('seed %i', async (of) => {
  const random = seededRandom(of);
  const bed = await createGatewayBed();
  const presence = await followPresence(bed.bus);
  const links = new Map<string, Gateway>();
  const secrets = new Map(ALL.map((name) => [name, secretOf(name)]));

  const turns = async (): Promise<void> => {
    for (let left = random.int(0, 3); left > 0; left--) await new Promise(setImmediate);
  };
  bed.dm.onLookUp = turns;
  const tell = (subject: string, deviceName: string): void =>
    bed.bus.publish(subject, encodeEnvelope(JSON.stringify({ productID: PRODUCT_KEY, deviceName }), Date.now()));
  const attached = (gateway: string) => ({ gateway: { productID: PRODUCT_KEY, deviceName: gateway } });
  const sign = (name: string) => signed(name, secrets.get(name));
  const some = (): string[] => [random.pick(SUBS), ...SUBS.filter(() => random.next() < 0.3)];
  const fromGateway = async (work: (gateway: Gateway) => Promise<unknown>): Promise<void> => {
    const gateway = links.get(random.pick(GATEWAYS));
    if (gateway && !gateway.link.isClosed) await work(gateway);
  };

  const steps: readonly (() => Promise<unknown>)[] = [
    async () => {
      const device = random.pick(ALL);
      const { link, welcome } = await bed.dial(bed.credentials(device, secrets.get(device)));
      const session = bed.sessionOf(device);
      if ('returnCode' in welcome || !session || session.via) return;
      // The network takes its time.
      const end = link.end.bind(link);
      link.end = async (why) => void turns().then(() => end(why));
      links.set(device, { link, session });
    },
    async () => links.get(random.pick(ALL))?.link.close({ how: 'lost' }),
    () => fromGateway((gateway) => bed.ask(gateway, login(...some().map(sign)))),
    () => fromGateway((gateway) => bed.ask(gateway, login(sign(random.pick(SUBS))))),
    () => fromGateway((gateway) => bed.ask(gateway, logout(random.pick(SUBS)))),
    () => fromGateway((gateway) => bed.ask(gateway, { kind: 'topology.add', devices: some().map(sign) })),
    () => fromGateway((gateway) => bed.ask(gateway, { kind: 'topology.delete', devices: some().map(named) })),
    async () => bed.change(random.pick(SUBS), attached(random.pick(GATEWAYS))),
    async () => bed.change(random.pick(ALL), { enabled: random.next() < 0.7 }),
    async () => tell(subjects.deviceReset, random.pick(ALL)),
    async () => {
      const device = random.pick(ALL);
      secrets.set(device, random.text(8));
      bed.change(device, { secret: secrets.get(device) });
    },
  ];

  /** Sessions that should not be there, in words. */
  const wrong = async (): Promise<string[]> => {
    const found = await Promise.all(
      [...bed.sessions].map(async ({ productKey, deviceName, state, via, options, link }) => {
        const [device] = (await bed.dm.resolve([{ productKey, deviceName }])).devices;
        const objections = [
          state !== 'online' && state,
          !device!.enabled && 'disabled',
          device!.secret !== options.device.secret && 'of another secret',
          via && device!.gateway?.deviceName !== via.deviceName && 'attached to another one',
          via && bed.sessionOf(via.deviceName) !== via && 'through a session that is over',
          via && link !== via.link && 'on another link',
          link.isClosed && 'on a link that is closed',
        ].filter(Boolean);
        return objections.length > 0 ? [`${deviceName}: ${objections.join()}`] : [];
      }),
    );
    return found.flat();
  };
  /** Sub-devices that a gateway device may speak for, by its link and by who is online. */
  const spokenFor = (): [string, number, number][] =>
    [...bed.sessions].flatMap((session) => {
      const followers = [...bed.sessions].filter(({ via }) => via === session).length;
      return session.via ? [] : [[session.deviceName, session.link.devices - 1, followers]];
    });

  for (let round = 0; round < ROUNDS; round++) {
    const under = Array.from({ length: random.int(2, 8) }, async () => {
      await turns();
      await random.pick(steps)();
    });
    await Promise.all(under);
    await eventually(async () => {
      expect(await wrong()).toEqual([]);
      for (const [, onLink, inTable] of spokenFor()) expect(onLink).toBe(inTable);
      const here = [...bed.sessions].map(({ deviceName, via }) => [deviceName, via?.deviceName ?? deviceName]);
      expect(presence.through()).toEqual(Object.fromEntries(here));
    });
  }
  await presence.stop();
  await bed.stop();
});
