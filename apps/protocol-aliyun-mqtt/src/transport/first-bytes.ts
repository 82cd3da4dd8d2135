/** Looks at the first bytes of a connection without taking them. */
import type { Socket } from 'node:net';
import { ProtocolFault } from '../link/protocol-fault';

/**
 * Reads until `decide` has an answer, and puts back what belongs to the next reader.
 * @param decide takes what has come so far; returns undefined to wait for more
 * @param mayBeGone whether the other end may have closed the connection after it sent these bytes: then its end, which
 *   is read after them, is looked for first
 * @returns the decision; rejects when the connection ends or `timeoutMs` pass before there is one
 */
export const readFirst = <T>(
  socket: Socket,
  timeoutMs: number,
  decide: (bytes: Buffer) => { readonly value: T; readonly taken: number } | undefined,
  mayBeGone = false,
): Promise<T> =>
  new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let isSettling = false;
    let isFinished = false;
    const finish = (act: () => void): void => {
      isFinished = true;
      clearTimeout(timer);
      socket.off('readable', onReadable);
      socket.off('close', onClose);
      socket.off('end', onClose);
      act();
    };
    const onReadable = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (!chunk) return;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      try {
        const decision = decide(bytes);
        if (!decision || isSettling) return;
        const settle = (): void =>
          finish(() => {
            const rest = bytes.subarray(decision.taken);
            if (rest.length > 0) socket.unshift(rest);
            resolve(decision.value);
          });
        if (!mayBeGone) return settle();
        isSettling = true;
        // One turn of the event loop to read the end, one to tell of it.
        setImmediate(() => setImmediate(() => isFinished || settle()));
      } catch (error) {
        finish(() => reject(error as Error));
      }
    };
    const onClose = (): void => finish(() => reject(new Error('closed before its first bytes')));
    const timer = setTimeout(() => finish(() => reject(silent(timeoutMs))), timeoutMs);
    socket.on('readable', onReadable);
    socket.once('close', onClose);
    socket.once('end', onClose);
  });

const silent = (timeoutMs: number): ProtocolFault =>
  new ProtocolFault(
    `no CONNECT within ${timeoutMs / 1000} s: the client has opened a connection and sent nothing`,
    'let it send CONNECT as soon as the connection is open; a health check may close the connection again',
  );

/** Content type of a TLS handshake record (RFC 8446, 5.1); no MQTT packet that may come first begins so. */
const TLS_HANDSHAKE = 0x16;

/** Whether a connection begins with a TLS handshake. */
export const isTls = (bytes: Buffer): { value: boolean; taken: 0 } => ({ value: bytes[0] === TLS_HANDSHAKE, taken: 0 });
