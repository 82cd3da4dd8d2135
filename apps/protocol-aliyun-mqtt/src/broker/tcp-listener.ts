/** The MQTT port over TCP. */
import { createServer, type Server, type Socket } from 'node:net';
import { portTaken } from '@alink/runtime';
import { limits } from '../limits';
import type { DeviceBroker } from './device-broker';
import { guardFrames } from './frame-guard';

export interface Listener {
  readonly port: number;
  /** Takes no more connections, calls `endSessions`, and destroys the sockets that are left. */
  stop(endSessions: () => Promise<void>): Promise<void>;
}

/**
 * Accepts devices.
 * @param port 0 takes a free one
 * @throws an error that names the port and MQTT_PORT when the port is taken
 */
export const listenTcp = (broker: DeviceBroker, host: string, port: number): Promise<Listener> =>
  new Promise((resolve, reject) => {
    const sockets = new Set<Socket>();
    const server: Server = createServer({ noDelay: true, keepAlive: true }, (socket: Socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      guardFrames(socket, limits.maxPacketBytes);
      broker.handle(socket);
    });
    server.once('error', (error) => reject(portTaken(error, port, 'MQTT_PORT')));
    server.listen(port, host, () => {
      const address = server.address();
      const bound = typeof address === 'object' && address ? address.port : port;
      resolve({
        port: bound,
        stop: async (endSessions) => {
          const closed = new Promise((done) => server.close(done));
          await endSessions();
          for (const socket of sockets) socket.destroy();
          await closed;
        },
      });
    });
  });
