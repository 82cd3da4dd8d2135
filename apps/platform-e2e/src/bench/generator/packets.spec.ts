import { deviceCredentials } from '@alink/signing';
import { parser, type Packet } from 'mqtt-packet';
import { connectPacket, DISCONNECT, PreparedReports, VALUES_PER_REPORT } from './packets';

const parse = (bytes: Buffer): Packet[] => {
  const packets: Packet[] = [];
  const mqtt = parser({ protocolVersion: 4 });
  mqtt.on('packet', (packet) => packets.push(packet));
  mqtt.parse(bytes);
  return packets;
};

test('a CONNECT carries what the device signed', () => {
  const credentials = deviceCredentials({ productKey: 'pk', deviceName: 'dn', deviceSecret: 'secret' });
  const { clientId, username, password } = credentials;
  expect(parse(connectPacket(credentials))).toMatchObject([
    { cmd: 'connect', clientId, username, password: Buffer.from(password), clean: true, protocolVersion: 4 },
  ]);
  expect(parse(DISCONNECT)).toMatchObject([{ cmd: 'disconnect' }]);
});

describe('reports', () => {
  const COUNT = 2000;
  const reports = PreparedReports.make(['/sys/pk/dn/thing/event/property/post'], COUNT);
  const numbers = (from: number, length: number) =>
    parse(reports.slice(from, length)).map((packet) => (packet.cmd === 'publish' ? packet.messageId : undefined));

  test('each is an Alink report of its own, valid in the thing model', () => {
    const packets = parse(reports.slice(0, COUNT));
    expect(packets).toHaveLength(COUNT);
    packets.forEach((packet, index) => {
      if (packet.cmd !== 'publish') throw new Error(packet.cmd);
      expect(packet).toMatchObject({ qos: 1, messageId: index + 1, topic: '/sys/pk/dn/thing/event/property/post' });
      const { id, params } = JSON.parse(packet.payload.toString()) as { id: string; params: Record<string, number> };
      expect(Number(id)).toBe(index + 1);
      expect(Object.keys(params)).toHaveLength(VALUES_PER_REPORT);
      const inside = (value: number | undefined, least: number, most: number) => value! >= least && value! <= most;
      expect(inside(params['temperature'], -40, 125)).toBe(true);
      expect(inside(params['humidity'], 0, 100)).toBe(true);
      expect([0, 1]).toContain(params['light']);
    });
  });

  test.each([
    [0, 3, [1, 2, 3]],
    [COUNT - 1, 1, [COUNT]],
    [COUNT - 1, 3, [COUNT, 1, 2]],
    [3 * COUNT + 5, 2, [6, 7]],
  ])('from the %dth, %d of them', (from, length, expected) => {
    expect(numbers(from, length)).toEqual(expected);
    expect(expected.map((_, n) => reports.messageId(from + n))).toEqual(expected);
  });
});
