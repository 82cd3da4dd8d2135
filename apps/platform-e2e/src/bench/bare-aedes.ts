/** The reference: aedes as it comes, which admits everybody and keeps nothing. */
import { createServer } from 'node:net';
import { Aedes } from 'aedes';

export const runBareAedes = async (port: number): Promise<void> => {
  const broker = await Aedes.createBroker();
  createServer({ noDelay: true }, (socket) => void broker.handle(socket)).listen(port, '127.0.0.1', () => {
    process.stdout.write('listening\n');
  });
};
