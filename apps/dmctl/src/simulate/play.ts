/** What needs the simulator itself: loaded when devices are played, and for no help. */
import { Fleet, type FleetOptions, type FleetReport } from '@alink/simulator';
import type { Session } from '../session';
import { showLive } from './live-line';

/** Plays the devices until they are done, or until Ctrl-C, and shows how it goes. */
export const play = async ({ io, out }: Session, options: FleetOptions): Promise<FleetReport> => {
  const signal = io.onInterrupt();
  const fleet = new Fleet(options);
  const endLive = showLive(out, io, () => fleet.progress);
  return fleet.run(signal).finally(endLive);
};
