import { createServer } from 'node:net';
import type { Aedes } from 'aedes';

/** Lets a broker listen, and says so on standard output. */
export const serveBroker = (broker: Aedes, port: number): void => {
  createServer({ noDelay: true }, (socket) => void broker.handle(socket)).listen(port, '127.0.0.1', () => {
    process.stdout.write('listening\n');
  });
};
