/** Types of requests and answers, by service and method. */
import type { Service } from '@alink/contract';
import type { Handlers } from '@alink/rpc';

type Method<S extends Service, M extends keyof Handlers<S>> = Handlers<S>[M] extends (
  ...args: infer A
) => Promise<infer R>
  ? { request: A[0]; response: R }
  : never;

export type RequestOf<S extends Service, M extends keyof Handlers<S>> = Method<S, M>['request'];
export type ResponseOf<S extends Service, M extends keyof Handlers<S>> = Method<S, M>['response'];
