/** Gateway devices whose node is killed: they dial again all at once, and log their sub-devices in. */
import { setTimeout as pause } from 'node:timers/promises';
import { Fleet } from '../fleet/fleet';
import { quantile } from '../results/statistics';
import { formatTable } from '../results/table';
import { ProcessorClock } from '../measure/processor-time';
import { say } from '../say';
import { startPlatform } from '../subjects/platform';
import { createGateways, GATEWAYS, OnlineDevices, SUB_DEVICES } from './gateway-devices';
import type { GatewaySizes } from './bench';
import { figure } from './figures';

const MOST_PER_PROCESS = 2000;
const LOOK_MS = 100;
/** Whose processor time is told, for one sub-device. */
const WORKING = ['broker', 'dm-rpc', 'NATS', 'PostgreSQL'] as const;

/** @returns a table */
export const measureComeBack = async ({ gateways, subDevicesOfEach }: GatewaySizes): Promise<string> => {
  const subject = await startPlatform({ name: 'platform', devices: 0, limited: true });
  const { platform } = subject;
  const fleet = Fleet.start(gateways, MOST_PER_PROCESS);
  const online = await OnlineDevices.open(platform);
  const subDevices = gateways * subDevicesOfEach;
  const all = async (): Promise<number> => (await online.count(GATEWAYS)) + (await online.count(SUB_DEVICES));
  const until = async (count: number): Promise<void> => {
    while ((await all()) !== count) await pause(LOOK_MS);
  };
  try {
    say(`creating ${gateways} gateway devices with ${subDevicesOfEach} sub-devices each`);
    await createGateways(platform, gateways, subDevicesOfEach);
    const { ports } = platform;
    await fleet.connect(gateways, {
      ports: [ports.mqtt],
      tls: false,
      addresses: 1,
      behind: { productKey: GATEWAYS, each: subDevicesOfEach },
    });
    await until(gateways + subDevices);
    say('all are online; the node is killed');
    const killed = performance.now();
    await platform.stopNode(ports, 'SIGKILL');
    await fleet.reset();
    await until(0);
    const offlineMs = performance.now() - killed;
    await platform.startNode(ports);
    const clock = new ProcessorClock(subject, -1);
    const began = performance.now();
    const returned = fleet.comeBack();
    await until(gateways + subDevices);
    const onlineMs = performance.now() - began;
    const returns = await returned;
    const processor = await clock.stop(subDevices);
    const times = returns.map(({ tookMs }) => tookMs);
    const row = [
      `${gateways} with ${subDevicesOfEach} each`,
      seconds(offlineMs),
      seconds(quantile(times, 0.5)),
      seconds(quantile(times, 1)),
      seconds(onlineMs),
      String(returns.filter(({ timeouts }) => timeouts > 0).length),
      ...WORKING.map((name) => figure(processor?.[name] ?? NaN)),
    ];
    const head = [
      'gateway devices',
      'all offline in dm',
      'back with sub-devices, p50',
      'the last',
      'all online in dm',
      'timed out',
      ...WORKING.map((name) => `${name}, us`),
    ];
    return formatTable([head, row]);
  } finally {
    fleet.stop();
    await online.close();
    await subject.stop();
  }
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
