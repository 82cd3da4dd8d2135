/** Gateway devices on a node without sockets: their links, what they ask about their sub-devices, and what becomes of it. */
import type { SignedSubDevice, SubDeviceLogin } from '@alink/alink';
import { decodeEnvelope, encodeEnvelope, subjects, type StatusChange } from '@alink/contract';
import { sign, subDeviceContent } from '@alink/signing';
import type { Answered } from '../src/requests/requests';
import type { Session } from '../src/session/session';
import type { FakeLink } from './fake-link';
import { PRODUCT_KEY, secretOf } from './listed-dm';
import { createTestPath, type Surroundings } from './test-path';

type Ask = Parameters<Awaited<ReturnType<typeof createTestPath>>['path']['gateways']['ask']>[0];

/** Names of a device of the product that there is. */
export const named = (deviceName: string) => ({ productKey: PRODUCT_KEY, deviceName });

/** As its gateway device signs for it. */
export const signed = (
  deviceName: string,
  secret = secretOf(deviceName),
  clientId = `${PRODUCT_KEY}.${deviceName}`,
): SignedSubDevice => {
  const unsigned = { ...named(deviceName), clientId, timestamp: '789' };
  return { ...unsigned, signMethod: 'hmacSha256', sign: sign('hmacsha256', secret, subDeviceContent(unsigned)) };
};
export const login = (...devices: readonly (string | SubDeviceLogin)[]): Ask => ({
  kind: 'subSession.login',
  devices: devices.map((device) => (typeof device === 'string' ? signed(device) : device)),
});
export const logout = (...names: readonly string[]): Ask => ({ kind: 'subSession.logout', devices: names.map(named) });

/** A gateway device that is online. */
export interface Gateway {
  readonly link: FakeLink;
  readonly session: Session;
}

export const createGatewayBed = async (surroundings: Surroundings = {}) => {
  const test = await createTestPath(surroundings);
  const { path, bus, dm, dial, credentials } = test;
  path.changes.start();
  path.others.start(() => undefined);
  /** What the stream was told of sessions, oldest first. */
  const told: StatusChange[] = [];
  for (const subject of [subjects.sessionBegan, subjects.sessionEnded]) {
    bus.subscribe(subject, ({ data }) => {
      told.push(JSON.parse(decodeEnvelope(data.toString()).data) as StatusChange);
    });
  }
  const sessionOf = (deviceName: string): Session | undefined => path.sessions.get(PRODUCT_KEY, deviceName);

  return {
    ...test,
    ...path,
    told,
    sessionOf,
    /** Through which gateway device a device is online: its own name where that is a connection of its own. */
    through: (deviceName: string): string | undefined => {
      const session = sessionOf(deviceName);
      return session?.state === 'online' ? (session.via ?? session).deviceName : undefined;
    },
    /** A device connects by itself. */
    online: async (deviceName: string): Promise<Gateway> => {
      const { link } = await dial(credentials(deviceName));
      return { link, session: sessionOf(deviceName)! };
    },
    /** Asks, and reads the reply. */
    ask: async ({ session }: Gateway, question: Ask): Promise<Answered> => {
      const reply = await path.gateways.ask(question, session);
      reply.written?.();
      return reply;
    },
    /** Changes what dm knows of a device, and tells of it. */
    change: (deviceName: string, what: Parameters<typeof dm.change>[1]): void => {
      dm.change(deviceName, what);
      const names = JSON.stringify({ productID: PRODUCT_KEY, deviceName });
      bus.publish(subjects.cacheSync('cache:dm:device'), encodeEnvelope(names, Date.now()));
    },
  };
};
export type GatewayBed = Awaited<ReturnType<typeof createGatewayBed>>;

/** What a gateway device was told on `/ext/error` since the last look: the code, and the sub-device that it is about. */
export const errorsOf = ({ link }: Pick<Gateway, 'link'>): [code: number, deviceName: string][] =>
  link.sent.splice(0).flatMap(({ topic, payload }): [number, string][] => {
    if (!topic.startsWith('/ext/error/')) return [];
    const { code, data } = JSON.parse(payload.toString()) as { code: number; data: { deviceName: string } };
    return [[code, data.deviceName]];
  });
