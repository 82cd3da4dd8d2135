/** A timedjob.rpc that behaves as unitedrhino's does, with its scheduler beside it: in memory, on real gRPC, etcd and NATS. */
import { RhinoBus } from '../bus/rhino-bus';
import { register } from '../wire/register';
import { startRhinoServer } from '../wire/rpc-server';
import { Runner } from './runner';
import { Scheduler } from './scheduler';
import { Sends } from './sends';
import { JobState } from './state';
import { taskMethods } from './tasks';

export interface RhinoTimedjob {
  /** `127.0.0.1:<port>` of its gRPC. */
  readonly address: string;
  readonly state: JobState;
  stop(): Promise<void>;
}

export interface RhinoTimedjobOptions {
  /** Address of etcd. */
  readonly etcd: string;
  /** URL of NATS. */
  readonly nats: string;
  /** Where its gRPC listens; by default the system chooses. */
  readonly port?: number;
}

export const startRhinoTimedjob = async ({ etcd, nats, port = 0 }: RhinoTimedjobOptions): Promise<RhinoTimedjob> => {
  // It publishes plainly in every mode.
  const bus = await RhinoBus.connect({ url: nats, mode: 'nats', service: 'timedjob.rpc' });
  const state = new JobState();
  const runner = new Runner(state, bus);
  const sends = new Sends(state, runner);
  const scheduler = new Scheduler(state, runner);
  scheduler.start();
  const server = await startRhinoServer('timedjob', { TimedManage: taskMethods(state, sends) }, port);
  const address = `127.0.0.1:${server.port}`;
  const registered = await register(etcd, 'timedjob.rpc', address);
  return {
    address,
    state,
    stop: async () => {
      await registered.withdraw();
      scheduler.stop();
      sends.stop();
      await server.stop();
      await bus.close();
    },
  };
};
