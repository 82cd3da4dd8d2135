/** Gateway devices whose node is killed: they dial again all at once, and log their sub-devices in. */
import { setTimeout as pause } from 'node:timers/promises';
import { Platform } from '../../platform';
import { Fleet } from '../fleet/fleet';
import { quantile } from '../results/statistics';
import { formatTable } from '../results/table';
import { say } from '../say';
import { createGateways, GATEWAYS, OnlineDevices, SUB_DEVICES } from './gateway-devices';
import type { GatewaySizes } from './bench';

const MOST_PER_PROCESS = 2000;
const LOOK_MS = 100;

/** @returns a table */
export const measureComeBack = async ({ gateways, subDevicesOfEach }: GatewaySizes): Promise<string> => {
  const platform = await Platform.start({
    // As by default: the tests' own settings are taken back.
    env: { LOG_LEVEL: 'info', CONNECTS_PER_MINUTE_PER_DEVICE: '30', LOGIN_FAILURES_PER_MINUTE: '10' },
  });
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
    const began = performance.now();
    const returned = fleet.comeBack();
    await until(gateways + subDevices);
    const onlineMs = performance.now() - began;
    const returns = await returned;
    const times = returns.map(({ tookMs }) => tookMs);
    const row = [
      `${gateways} with ${subDevicesOfEach} each`,
      seconds(offlineMs),
      seconds(quantile(times, 0.5)),
      seconds(quantile(times, 1)),
      seconds(onlineMs),
      String(returns.filter(({ timeouts }) => timeouts > 0).length),
    ];
    const head = [
      'gateway devices',
      'all offline in dm',
      'back with sub-devices, p50',
      'the last',
      'all online in dm',
      'timed out',
    ];
    return formatTable([head, row]);
  } finally {
    fleet.stop();
    await online.close();
    await platform.stop();
  }
};

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
