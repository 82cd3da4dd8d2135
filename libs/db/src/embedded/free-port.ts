import { createServer, type AddressInfo, type Server } from 'node:net';

/** Listens on the port, 0 for any, calls back, and closes it again. */
const listenFor = async <T>(port: number, look: (server: Server) => T): Promise<T> => {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(port, '127.0.0.1', resolve));
  const seen = look(server);
  await new Promise((resolve) => server.close(resolve));
  return seen;
};

/** A port of loopback on which nothing listens, as of now. */
export const freePort = (): Promise<number> => listenFor(0, (server) => (server.address() as AddressInfo).port);

/** Whether nothing listens on that port of loopback. */
export const isFree = (port: number): Promise<boolean> => listenFor(port, () => true).catch(() => false);
