/** unitedrhino's (联犀) dm.rpc and timedjob.rpc, as our node meets them. */
import { startRhinoDm, type RhinoDm, type RhinoOptions } from './dm/rhino-dm';
import { startRhinoTimedjob, type RhinoTimedjob } from './timedjob/rhino-timedjob';

export interface Unitedrhino {
  readonly dm: RhinoDm;
  readonly timedjob: RhinoTimedjob;
  stop(): Promise<void>;
}

export const startUnitedrhino = async (options: RhinoOptions): Promise<Unitedrhino> => {
  const dm = await startRhinoDm(options);
  const timedjob = await startRhinoTimedjob(options);
  return {
    dm,
    timedjob,
    stop: async () => {
      await timedjob.stop();
      await dm.stop();
    },
  };
};
