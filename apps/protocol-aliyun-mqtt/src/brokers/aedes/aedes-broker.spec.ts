/** aedes behind the port, as every broker must be. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createLogger } from '@alink/runtime';
import { brokerSuite } from '@alink/testing';
import { limits } from '../../limits';
import { setPeer } from '../../link/peer';
import { startAedes } from './aedes-broker';

brokerSuite('aedes', {
  can: { kick: true, pushUnsubscribed: true, mqtt5: false },
  maxPacketBytes: limits.maxPacketBytes,
  start: async (endpoint) => {
    const broker = await startAedes(endpoint, createLogger({ name: 'test', level: 'silent' }));
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      setPeer(socket, { address: '127.0.0.1', port: socket.remotePort ?? 0, secure: false, certificates: [] });
      broker.accept(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      port: (server.address() as AddressInfo).port,
      clients: () => broker.clients,
      stop: async () => {
        await broker.stop();
        for (const socket of sockets) socket.destroy();
        server.close();
      },
    };
  },
});
