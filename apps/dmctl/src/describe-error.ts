import { serviceKeys } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { StartError } from '@alink/runtime';
import { ThingModelError } from '@alink/thing-model';
import { CliError, ExitCode } from './exit-code';
import { jobHints, refusal } from './refusal';
import type { ServiceAddress } from './service-address';

/**
 * Anything thrown, as a failure for people.
 * @param tried the services that the command turned to, the latest first
 * @param etcdTrouble what is wrong with etcd, when it was asked: "does not answer"
 */
export const describeError = (error: unknown, tried: readonly ServiceAddress[], etcdTrouble?: string): CliError => {
  if (error instanceof CliError) return error;
  if (error instanceof ThingModelError) return new CliError(ExitCode.usage, `thing model: ${error.message}`);
  if (error instanceof StartError) return new CliError(ExitCode.usage, error.message);
  if (error instanceof RpcError) {
    if (isSilence(error)) return unreachable(error, tried, etcdTrouble);
    if (grpcStatus(error) === UNAUTHENTICATED) return stranger(error);
    return refusal(error.code, error.message, tried[0]?.service === serviceKeys.timedjob ? jobHints : undefined);
  }
  // A fault of ours: where it happened is the help that there is.
  const hint = error instanceof Error ? error.stack : undefined;
  return new CliError(ExitCode.refused, error instanceof Error ? error.message : String(error), { hint });
};

/** gRPC's status when the caller's own patience ends. */
const DEADLINE_EXCEEDED = 4;
/** gRPC's status for a caller who shows no token, or a wrong one. */
const UNAUTHENTICATED = 16;

const grpcStatus = (error: RpcError): unknown => (error.cause as { code?: unknown } | undefined)?.code;

const stranger = ({ code, message }: RpcError): CliError =>
  new CliError(ExitCode.refused, `${message} (${code})`, {
    code,
    hint: 'GRPC_TOKEN or --token must be a token of the GRPC_TOKENS_FILE of the services.',
  });

/** True when nobody answered at all, as against an answer that speaks of a timeout. */
const isSilence = (error: RpcError): boolean => error.unavailable || grpcStatus(error) === DEADLINE_EXCEEDED;

const unreachable = (error: RpcError, [address]: readonly ServiceAddress[], etcdTrouble?: string): CliError => {
  if (!address) return new CliError(ExitCode.unreachable, error.message);
  const { service, where, option } = address;
  if (etcdTrouble) {
    return new CliError(ExitCode.unreachable, `etcd ${etcdTrouble} (looked for ${where})`, {
      hint: `ETCD_HOSTS says where etcd is; ${option} host:port does without it.`,
    });
  }
  const problem = error.unavailable ? 'is not reachable' : 'did not answer in time';
  return new CliError(ExitCode.unreachable, `${service} ${problem} (tried ${where})`, {
    hint: `Is ${service} running? "npm start" starts everything; ${option} host:port or ETCD_HOSTS say where it is.`,
  });
};
