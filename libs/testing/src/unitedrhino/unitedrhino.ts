/** unitedrhino's (联犀) dm.rpc and timedjob.rpc, as our node meets them. */
import { startRhinoDm, type RhinoDm, type RhinoOptions } from './dm/rhino-dm';
import { startRhinoTimedjob, type RhinoTimedjob } from './timedjob/rhino-timedjob';

export interface Unitedrhino {
  readonly dm: RhinoDm;
  readonly timedjob: RhinoTimedjob;
  stop(): Promise<void>;
}

export interface UnitedrhinoOptions extends Omit<RhinoOptions, 'port'> {
  /** Where their gRPC listens; by default the system chooses. */
  readonly ports?: { readonly dm: number; readonly timedjob: number };
}

export const startUnitedrhino = async ({ ports, ...servers }: UnitedrhinoOptions): Promise<Unitedrhino> => {
  const dm = await startRhinoDm({ ...servers, port: ports?.dm });
  const timedjob = await startRhinoTimedjob({ ...servers, port: ports?.timedjob });
  return {
    dm,
    timedjob,
    stop: async () => {
      await timedjob.stop();
      await dm.stop();
    },
  };
};
