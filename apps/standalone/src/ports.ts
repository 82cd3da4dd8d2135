/** A look at the ports before anything is started, so that a taken one leaves nothing to clean up. */
import { createServer } from 'node:net';
import { portTaken } from '@alink/runtime';

const tryToListen = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => server.close(() => resolve()));
  });

/**
 * Checks that every port can be opened.
 * @param ports port by the name of the variable that sets it; 0 is always free
 * @throws {StartError} naming the first port that is taken, and its variable
 */
export const checkPorts = async (host: string, ports: Readonly<Record<string, number>>): Promise<void> => {
  for (const [variable, port] of Object.entries(ports)) {
    await tryToListen(host, port).catch((error: unknown) => {
      throw portTaken(error, port, variable);
    });
  }
};
