import { createServer, type AddressInfo, type Socket } from 'node:net';
import { importThingModel, type Json } from '@alink/thing-model';
import { generate, parser, type Packet } from 'mqtt-packet';
import type { DeviceOptions } from '../device/simulated-device';
import { Fleet } from './fleet';
import type { GatewayOptions } from './gateway-member';

const int = { type: 'int', specs: { min: '0', max: '9', step: '1' } };
const { model } = importThingModel({
  properties: [{ identifier: 'level', name: 'level', accessMode: 'rw', required: false, dataType: int }],
} as never);

const deviceOf = (productKey: string, deviceName: string, deviceSecret: string): DeviceOptions => ({
  speaker: { device: { productKey, deviceName }, model, seed: '1', qos: 1 },
  way: { mode: 'secret', deviceSecret },
  signMethod: 'hmacsha256',
  encrypted: false,
  streams: [{ kind: 'properties', everyMs: 20 }],
  jitter: 0,
  count: 5,
  window: 2,
  skipsMissed: false,
  clean: true,
  keepaliveS: 0,
  subscribes: false,
  fullRrpc: false,
  silent: false,
  attempts: 3,
});

const gatewayOf = (port: number, subs: number, deviceSecret: string): GatewayOptions => ({
  ...deviceOf('gw', 'gateway1', 's3cr3t'),
  endpoint: { transport: 'tcp', host: '127.0.0.1', port },
  subDevices: Array.from({ length: subs }, (_, index) => ({
    ...deviceOf('sub', `lamp${index}`, deviceSecret),
    deviceSecret,
  })),
});

interface Published {
  readonly topic: string;
  readonly params: Json;
}

/** A platform that takes everything; it writes down the topics of what gateway devices ask, and when one leaves. */
class Platform {
  readonly heard: string[] = [];
  private readonly server = createServer((socket) => this.accept(socket));
  private readonly reports = new Map<string, number>();

  /** @param onReport what happens when a device has made so many reports */
  constructor(
    private readonly onReport: (reports: number, deviceName: string, socket: Socket) => void = () => undefined,
  ) {}

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when all that was sent has been read. */
  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  tell(socket: Socket, topic: string, body: object): void {
    const payload = JSON.stringify(body);
    socket.write(generate({ cmd: 'publish', topic, payload, qos: 0, dup: false, retain: false }));
  }

  private accept(socket: Socket): void {
    const packets = parser();
    packets.on('packet', (packet) => this.take(socket, packet));
    socket.on('data', (bytes) => packets.parse(bytes));
    socket.on('error', () => undefined);
  }

  private take(socket: Socket, packet: Packet): void {
    if (packet.cmd === 'connect') socket.write(generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }));
    else if (packet.cmd === 'disconnect') this.heard.push('disconnect');
    else if (packet.cmd === 'publish') {
      if (packet.qos === 1) socket.write(generate({ cmd: 'puback', messageId: packet.messageId }));
      this.answer(socket, packet.topic, JSON.parse(packet.payload.toString()) as { id: string } & Published);
    }
  }

  private answer(socket: Socket, topic: string, { id, params }: { id: string } & Published): void {
    const registers = topic.endsWith('/thing/sub/register');
    const data = registers ? (params as object[]).map((each) => ({ ...each, deviceSecret: 'told' })) : {};
    this.tell(socket, `${topic}_reply`, { id, code: 200, message: 'success', data });
    if (!topic.endsWith('/property/post')) return void this.heard.push(topic);
    const deviceName = topic.split('/')[3]!;
    const reports = (this.reports.get(deviceName) ?? 0) + 1;
    this.reports.set(deviceName, reports);
    this.onReport(reports, deviceName, socket);
  }
}

const REGISTER = '/sys/gw/gateway1/thing/sub/register';
const ADD = '/sys/gw/gateway1/thing/topo/add';
const LOGIN = '/ext/session/gw/gateway1/combine/batch_login';
const LOGOUT = '/ext/session/gw/gateway1/combine/batch_logout';

const play = async (platform: Platform, subs: number, deviceSecret = 's3cr3t') => {
  const port = await platform.listen();
  try {
    const fleet = new Fleet({ devices: [gatewayOf(port, subs, deviceSecret)], connectRate: 100 });
    return await fleet.run(new AbortController().signal);
  } finally {
    await platform.close();
  }
};

test('sub-devices report over the connection of their gateway device, which leaves after them', async () => {
  const platform = new Platform();
  expect(await play(platform, 3)).toMatchObject({
    devices: 4,
    connected: 4,
    connects: 4,
    losses: 0,
    unanswered: 0,
    reports: { sent: 20, accepted: 20, refused: 0 },
    messages: { 'topo-add': { sent: 1, accepted: 1 }, 'sub-login': { sent: 1, accepted: 1 } },
  });
  expect(platform.heard.slice(0, 2)).toEqual([ADD, LOGIN]);
  expect(platform.heard.slice(2)).toContain(LOGOUT);
  expect(platform.heard.at(-1)).toBe('disconnect');
});

test('those without a secret are registered first', async () => {
  const platform = new Platform();
  expect(await play(platform, 2, '')).toMatchObject({ connected: 3, reports: { accepted: 15 } });
  expect(platform.heard.slice(0, 3)).toEqual([REGISTER, ADD, LOGIN]);
});

test('they come back with it after a loss, are added no more, and what was lost is sent again', async () => {
  const platform = new Platform((reports, name, socket) => name === 'lamp2' && reports === 2 && socket.destroy());
  expect(await play(platform, 3)).toMatchObject({
    connected: 4,
    connects: 8,
    losses: 4,
    messages: { 'topo-add': { sent: 1 }, properties: { sent: 20, refused: 0 } },
  });
  expect(platform.heard.filter((topic) => topic === ADD)).toHaveLength(1);
  expect(platform.heard.filter((topic) => topic === LOGIN).length).toBeGreaterThan(1);
});

test('one whose session the platform ends logs in again, and no other', async () => {
  const ended = {
    id: '1',
    code: 427,
    message: 'device connect in elsewhere',
    data: { productKey: 'sub', deviceName: 'lamp1' },
  };
  const platform = new Platform((reports, name, socket) => {
    if (name === 'lamp1' && reports === 2) platform.tell(socket, '/ext/error/gw/gateway1', ended);
  });
  expect(await play(platform, 2)).toMatchObject({
    connects: 4,
    losses: 1,
    told: { notice: 1 },
    reports: { sent: 15 },
  });
  expect(platform.heard.filter((topic) => topic === LOGIN)).toHaveLength(2);
});
