/** A service together with its handlers, as grpc-js takes them. */
import type { Service } from '@alink/contract';
import type { handleUnaryCall, Metadata, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import { readAnswerLimit, requireAnswerFits } from './message-size';
import { refuseNul } from './request-text';
import { RpcError } from './rpc-error';
import { toStatus } from './status-mapping';
import { trailerOf } from './trailer';
import type { CallContext, Handlers } from './types';
import { readUser } from './user-metadata';

export interface ServedService {
  readonly service: Service;
  readonly handlers: Readonly<Record<string, Handler>>;
}
type Method = MethodDefinition<object, object>;
type Handler = (request: never, context: CallContext) => Promise<unknown>;

/** A handler for each method of the service; the compiler checks requests and answers. */
export const serve = <S extends Service>(service: S, handlers: Handlers<S>): ServedService => ({
  service,
  handlers: handlers as ServedService['handlers'],
});

/** Told of every call when it has been answered. */
export interface CallObserver {
  /** @param code 200, or the code of the error that the caller got */
  answered(method: string, code: number, seconds: number): void;
  /** An error that no handler foresaw; the caller sees 100007 only. */
  failed(method: string, error: unknown): void;
}

/** What a call says of its caller. */
export type ActorOf = (call: ServerUnaryCall<unknown, unknown>) => string | undefined;

/** The service as the server is told of it: answers are bytes already, since how many there are is looked at before. */
export const definitionOf = ({ service }: ServedService): ServiceDefinition =>
  Object.fromEntries(
    Object.entries(service.definition).map(([name, method]) => [
      name,
      { ...method, responseSerialize: (bytes: object) => bytes as Buffer },
    ]),
  );

/** @throws {TypeError} when a method has no handler */
export const implementationOf = (
  { service, handlers }: ServedService,
  observer: CallObserver,
  actorOf: ActorOf,
): UntypedServiceImplementation =>
  Object.fromEntries(
    Object.entries(service.definition).map(([name, method]) => {
      const handler = handlers[name];
      if (!handler) throw new TypeError(`${method.path} has no handler`);
      return [name, unary(method, handler, observer, actorOf)];
    }),
  );

const unary =
  (method: Method, handler: Handler, observer: CallObserver, actorOf: ActorOf): handleUnaryCall<unknown, unknown> =>
  (call, callback) => {
    const { path } = method;
    const startedAt = performance.now();
    const answered = (code: number) => observer.answered(path, code, (performance.now() - startedAt) / 1000);
    run(method, handler, call, actorOf).then(
      ({ bytes, trailer }) => {
        answered(200);
        callback(null, bytes, trailer);
      },
      (thrown: unknown) => {
        const error = RpcError.from(thrown);
        if (!(thrown instanceof RpcError)) observer.failed(path, thrown);
        answered(error.code);
        callback(toStatus(error));
      },
    );
  };

const run = async (
  { responseSerialize }: Method,
  handler: Handler,
  call: ServerUnaryCall<unknown, unknown>,
  actorOf: ActorOf,
): Promise<{ readonly bytes: Buffer; readonly trailer: Metadata | undefined }> => {
  refuseNul(call.request as object);
  const response = (await handler(call.request as never, {
    user: readUser(call.metadata),
    deadlineMs: Number(call.getDeadline()),
    peer: call.getPeer(),
    actor: actorOf(call),
  })) as object;
  const bytes = responseSerialize(response);
  requireAnswerFits(bytes, readAnswerLimit(call.metadata));
  return { bytes, trailer: trailerOf(response) };
};
