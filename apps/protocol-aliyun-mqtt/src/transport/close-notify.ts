/**
 * Ends TLS connections with close_notify. The Link SDK for C 3.x takes a connection that ends without one for silence,
 * so that it would not notice being cut; `destroy`, which the broker calls, sends none.
 */
import type { TLSSocket } from 'node:tls';

/** Milliseconds that the alert may take to leave. */
const LEAVE_MS = 1000;

export const endWithCloseNotify = (socket: TLSSocket): void => {
  const destroy = socket.destroy.bind(socket);
  let leaving = false;
  socket.destroy = (error?: Error): TLSSocket => {
    if (leaving || socket.writableEnded || socket.destroyed) return destroy(error);
    leaving = true;
    const timer = setTimeout(() => destroy(error), LEAVE_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.end(() => destroy(error));
    return socket;
  };
};
