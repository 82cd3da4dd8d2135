/** Measures the platform beside bare aedes, and prints one table. */
import { services } from '@alink/contract';
import { freePort, spawnApp } from '@alink/testing';
import { Platform, PRODUCT } from '../platform';
import { DeviceConnection } from './device-connection';
import { createDevices, credentialsOf, nameOf } from './devices';
import { closeAll, connectAll, idleBytesPerConnection, postAll } from './loads';
import { median, quantile } from './statistics';
import { printTable } from './table';

/** Devices that connect, that report, and that idle. */
const CONNECTS = 2000;
const REPORTERS = 50;
const IDLE = 5000;
const REPORT_MS = 15_000;
const COMMANDS = 300;
/** Measurements of each load, taken in turns; the median counts. */
const ROUNDS = 3;

/** One address here stands for a whole fleet: what protects against floods would measure itself. */
const unlimited = {
  CONNECTS_PER_MINUTE_PER_DEVICE: '0',
  CONNECTS_PER_SECOND_PER_ADDRESS: '0',
  UPLINKS_PER_SECOND_PER_DEVICE: '0',
  UPLINK_BYTES_PER_SECOND_PER_DEVICE: '0',
};

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly aedes?: number;
}

export const runBench = async (): Promise<void> => {
  const aedesPort = await freePort();
  const aedes = spawnApp('platform-e2e', {}, ['bare-aedes', String(aedesPort)]);
  const platform = await Platform.start({ env: { LOG_LEVEL: 'info', ...unlimited } });
  try {
    await aedes.waitForLine(/listening/);
    await platform.createProduct(PRODUCT);
    await createDevices(platform, IDLE);
    const devices = Array.from({ length: IDLE }, (_, n) => ({
      credentials: credentialsOf(n),
      topic: `/sys/${PRODUCT}/${nameOf(n)}/thing/event/property/post`,
    }));
    const ports = { ours: platform.ports.mqtt, aedes: aedesPort };
    // First, while neither process has memory to spare from loads before.
    const idle = await memory(
      {
        ours: { port: ports.ours, pid: platform.app('protocol-aliyun-mqtt').pid },
        aedes: { port: aedesPort, pid: aedes.pid },
      },
      devices.map(({ credentials }) => credentials),
    );
    const connected = await connects(
      ports,
      devices.slice(0, CONNECTS).map(({ credentials }) => credentials),
    );
    print([connected, ...(await reports(ports, devices.slice(0, REPORTERS))), idle, ...(await commands(platform))]);
  } finally {
    await platform.stop();
    await aedes.stop();
  }
};

type Ports = { readonly ours: number; readonly aedes: number };

const connects = async (ports: Ports, devices: Parameters<typeof connectAll>[1]): Promise<Row> => {
  const measure = async (port: number): Promise<number> => {
    const { connections, perSecond } = await connectAll(port, devices);
    await closeAll(connections);
    return perSecond;
  };
  return {
    what: 'signed connects',
    unit: '1/s',
    ...(await inTurns(
      () => measure(ports.ours),
      () => measure(ports.aedes),
    )),
  };
};

const reports = async (ports: Ports, devices: Parameters<typeof postAll>[0]['devices']): Promise<Row[]> => {
  const load = { devices, milliseconds: REPORT_MS };
  const ours: Awaited<ReturnType<typeof postAll>>[] = [];
  const aedes: typeof ours = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await postAll({ ...load, port: ports.ours, awaitReply: true }));
    aedes.push(await postAll({ ...load, port: ports.aedes, awaitReply: false }));
  }
  const row = (what: string, unit: string, pick: (result: (typeof ours)[number]) => number): Row => ({
    what,
    unit,
    ours: median(ours.map(pick)),
    aedes: median(aedes.map(pick)),
  });
  return [
    row('QoS 1 reports, kept and answered', '1/s', ({ perSecond }) => perSecond),
    row('  their p50', 'ms', ({ p50 }) => p50),
    row('  their p99', 'ms', ({ p99 }) => p99),
  ];
};

const memory = async (
  servers: Record<'ours' | 'aedes', { readonly port: number; readonly pid: number }>,
  devices: Parameters<typeof connectAll>[1],
): Promise<Row> => ({
  what: 'memory per idle connection',
  unit: 'KiB',
  ours: (await idleBytesPerConnection(servers.ours.port, servers.ours.pid, devices)) / 1024,
  aedes: (await idleBytesPerConnection(servers.aedes.port, servers.aedes.pid, devices)) / 1024,
});

/** From gRPC to the device and back, one after the other. */
const commands = async (platform: Platform): Promise<Row[]> => {
  const device = await DeviceConnection.open(platform.ports.mqtt, credentialsOf(0));
  device.onPacket = (packet) => {
    if (packet.cmd !== 'publish') return;
    const { topic, payload, messageId } = packet;
    const { id } = JSON.parse(payload.toString()) as { id: string };
    if (messageId !== undefined) device.send({ cmd: 'puback', messageId });
    const reply = JSON.stringify({ id, code: 200, data: {} });
    device.send({ cmd: 'publish', topic: `${topic}_reply`, payload: reply, qos: 0, dup: false, retain: false });
  };
  const interact = platform.client(services.deviceInteract);
  const times: number[] = [];
  for (let n = 0; n < COMMANDS; n++) {
    const began = performance.now();
    await interact.propertyControlSend(
      { productID: PRODUCT, deviceName: nameOf(0), data: `{"temperature":${n % 100}}`, shadowControl: 1 },
      { deadlineMs: 15_000 },
    );
    if (n >= COMMANDS / 10) times.push(performance.now() - began);
  }
  await device.close();
  return [
    { what: 'command, gRPC to device to gRPC: p50', unit: 'ms', ours: quantile(times, 0.5) },
    { what: '  its p99', unit: 'ms', ours: quantile(times, 0.99) },
  ];
};

/** Both sides in turns, so that what else the machine does hits both; medians. */
const inTurns = async (
  measureOurs: () => Promise<number>,
  measureAedes: () => Promise<number>,
): Promise<{ ours: number; aedes: number }> => {
  const ours: number[] = [];
  const aedes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(await measureOurs());
    aedes.push(await measureAedes());
  }
  return { ours: median(ours), aedes: median(aedes) };
};

const print = (rows: readonly Row[]): void => {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
  printTable([
    ['', 'unit', 'platform', 'bare aedes', 'ratio'],
    ...rows.map(({ what, unit, ours, aedes }) => [
      what,
      unit,
      number(ours),
      aedes === undefined ? '' : number(aedes),
      aedes === undefined ? '' : number(ours / aedes),
    ]),
  ]);
};
