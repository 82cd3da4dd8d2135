import { freePort, spawnApp, type SpawnedApp } from '@alink/testing';
import type { Subject } from './subject';

/** How the program's command line calls a reference. */
export const BARE_AEDES = 'bare-aedes';
export const ANSWERING_AEDES = 'answering-aedes';

const start = async (reference: string, port: number, env: Readonly<Record<string, string>>): Promise<SpawnedApp> => {
  const aedes = spawnApp('platform-e2e', env, [reference, String(port)]);
  await aedes.waitForLine(/listening/);
  return aedes;
};

/** A reference in a process of its own. */
const startAedes = async (name: string, reference: string, replies: boolean): Promise<Subject> => {
  const port = await freePort();
  let aedes = await start(reference, port, {});
  return {
    name,
    port,
    replies,
    processes: () => ({ broker: [{ pid: aedes.pid }] }),
    restartBroker: async (env) => {
      await aedes.stop();
      aedes = await start(reference, port, env);
    },
    stop: async () => void (await aedes.stop()),
  };
};

export const startBareAedes = (): Promise<Subject> => startAedes('bare aedes', BARE_AEDES, false);
export const startAnsweringAedes = (): Promise<Subject> => startAedes('answering aedes', ANSWERING_AEDES, true);
