/**
 * What a caller may cost before it has shown who it is, where a token is asked for. grpc-js has one bound for all callers of
 * a server: what is allowed to those who are known is more than strangers need, who may ask for the server's health alone.
 */
import type { Http2Session, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** Bytes of a message of a stranger's. */
export const STRANGER_MESSAGE_BYTES = 64 * 1024;

/** Calls of strangers under way on one connection: a few probes of one's health, which may watch it. */
export const STRANGER_CALLS = 8;

/** Milliseconds after which a call that was refused is over, also when its sender goes on sending. */
const REFUSED_MS = 10_000;

/** The parts of grpc-js' own call that are needed; `strangers.spec.ts` holds them against the real one. */
interface OwnCall {
  readonly stream: ServerHttp2Stream;
  readonly decoder: { maxReadMessageLength: number };
  maxReceiveMessageSize: number;
}

/** Calls of strangers on each connection. */
const underWay = new WeakMap<Http2Session, number>();

/**
 * Lets a stranger's call in within its bounds; must be called before its message is read.
 * @returns false when too many of them are under way on its connection
 */
export const admitStranger = (call: ServerInterceptingCallInterface): boolean => {
  const own = call as unknown as OwnCall;
  const { session } = own.stream;
  if (!session) return false;
  const calls = underWay.get(session) ?? 0;
  if (calls >= STRANGER_CALLS) return false;
  underWay.set(session, calls + 1);
  own.stream.once('close', () => underWay.set(session, (underWay.get(session) ?? 1) - 1));
  own.maxReceiveMessageSize = STRANGER_MESSAGE_BYTES;
  own.decoder.maxReadMessageLength = STRANGER_MESSAGE_BYTES;
  return true;
};

/** Ends a call that has got its refusal, should its sender not do so. */
export const endRefused = (call: ServerInterceptingCallInterface): void => {
  const { stream } = call as unknown as OwnCall;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), REFUSED_MS);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
};
