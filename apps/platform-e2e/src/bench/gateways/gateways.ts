/** Gateway devices: how many come back at once, how fast their sub-devices log in, and what these cost. */
import { LoadGenerator } from '../generator/load-generator';
import { say } from '../say';
import { startPlatform } from '../subjects/platform';
import { FULL, QUICK } from './bench';
import { measureComeBack } from './come-back';
import { createGateways, OnlineDevices } from './gateway-devices';
import { measureLogins } from './logins';
import { measurePublishes } from './publishes';

export interface GatewaysOptions {
  /** Measured rounds. */
  readonly rounds: number;
  /** Small and one round, for a check that all of it still runs. */
  readonly quick: boolean;
}

export const runGateways = async ({ rounds, quick }: GatewaysOptions): Promise<void> => {
  const sizes = quick ? QUICK : FULL;
  const gateway = new LoadGenerator();
  const alone = new LoadGenerator();
  try {
    process.stdout.write(await measureComeBack(sizes));
    say('starting what gateway devices are measured with');
    const subject = await startPlatform({ name: 'platform', devices: Math.max(...sizes.reporting) });
    const { platform } = subject;
    await createGateways(platform, 1, sizes.subDevices);
    const online = await OnlineDevices.open(platform);
    try {
      const bench = { subject, gateway, alone, online, sizes, rounds: quick ? 1 : rounds };
      process.stdout.write(await measureLogins(bench));
      process.stdout.write(await measurePublishes(bench));
    } finally {
      await online.close();
      await subject.stop();
    }
  } finally {
    gateway.stop();
    alone.stop();
  }
};
