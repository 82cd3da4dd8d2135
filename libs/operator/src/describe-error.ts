import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';
import { StartError } from '@alink/runtime';
import { ThingModelError } from '@alink/thing-model';
import { OperatorError } from './operator-error';

/** A service that was turned to. */
export interface AskedService {
  /** Its key: `dm.rpc`. */
  readonly service: string;
  /** Where it was looked for, in words. */
  readonly where: string;
}

/** What to do about a failure, in the words of the tool at hand: a command line names options, a page what it shows. */
export interface Steps<Asked extends AskedService = AskedService> {
  /**
   * After a "no".
   * @param code of the platform or the device; what does not exist is `Code.notFound`, whatever the call said
   * @param asked the service that said it; undefined where none was turned to
   * @param message what it said
   */
  readonly afterRefusal: (code: number, asked: Asked | undefined, message: string) => string | undefined;
  /** Where the services do not know the caller. */
  readonly afterStranger: string;
  /** Where etcd does not tell where a service is. */
  readonly withoutEtcd: (asked: Asked) => string;
  /** Where a service does not answer. */
  readonly afterSilence: (asked: Asked) => string;
}

export interface ErrorContext<Asked extends AskedService> {
  /** The services that were turned to, the latest first. */
  readonly tried: readonly Asked[];
  /** What is wrong with etcd, when it was asked: "does not answer". */
  readonly etcdTrouble?: string;
  readonly steps: Steps<Asked>;
}

/** Anything thrown, as a failure for people. */
export const describeError = <Asked extends AskedService>(
  error: unknown,
  context: ErrorContext<Asked>,
): OperatorError => {
  if (error instanceof OperatorError) return error;
  if (error instanceof ThingModelError) return new OperatorError('unusable', `thing model: ${error.message}`);
  if (error instanceof StartError) return new OperatorError('unusable', error.message);
  if (error instanceof RpcError) {
    if (isSilence(error)) return unreachable(error, context);
    if (grpcStatus(error) === UNAUTHENTICATED) return stranger(error, context.steps);
    const { code, message } = error;
    return refusal(code, message, context.steps.afterRefusal(meaningOf(code, message), context.tried[0], message));
  }
  // A fault of ours: where it happened is the help that there is.
  const hint = error instanceof Error ? error.stack : undefined;
  return new OperatorError('refused', error instanceof Error ? error.message : String(error), { hint });
};

/** gRPC's status when the caller's own patience ends. */
const DEADLINE_EXCEEDED = 4;
/** gRPC's status for a caller who shows no token, or a wrong one. */
const UNAUTHENTICATED = 16;

const grpcStatus = (error: RpcError): unknown => (error.cause as { code?: unknown } | undefined)?.code;

const stranger = ({ code, message }: RpcError, { afterStranger: hint }: { readonly afterStranger: string }) =>
  new OperatorError('refused', `${message} (${code})`, { code, hint });

/** True when nobody answered at all, as against an answer that speaks of a timeout. */
const isSilence = (error: RpcError): boolean => error.unavailable || grpcStatus(error) === DEADLINE_EXCEEDED;

const unreachable = <Asked extends AskedService>(
  error: RpcError,
  { tried: [asked], etcdTrouble, steps }: ErrorContext<Asked>,
): OperatorError => {
  if (!asked) return new OperatorError('unreachable', error.message);
  const { service, where } = asked;
  if (etcdTrouble) {
    const hint = steps.withoutEtcd(asked);
    return new OperatorError('unreachable', `etcd ${etcdTrouble} (looked for ${where})`, { hint });
  }
  const problem = error.unavailable ? 'is not reachable' : 'did not answer in time';
  const hint = steps.afterSilence(asked);
  return new OperatorError('unreachable', `${service} ${problem} (tried ${where})`, { hint });
};

/** A change of what does not exist is a bad parameter to the platform; the step to take is the same. */
const meaningOf = (code: number, message: string): number =>
  code === Code.parameter && message.endsWith(' does not exist') ? Code.notFound : code;

/** What the device's answer means when it is not 200, for the codes that the platform itself gives. */
const words: Partial<Record<number, string>> = {
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'the device did not answer in time',
};

/** A "no" of the platform or a device. */
const refusal = (code: number, message: string, hint: string | undefined): OperatorError => {
  const word = words[code];
  // The platform may have said it, and more.
  const parts = word && message.startsWith(word) ? [message] : [word, message];
  const said = parts.filter(Boolean).join(': ');
  return new OperatorError('refused', `${said || 'refused'} (${code})`, { code, hint });
};
