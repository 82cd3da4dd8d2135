import { Code, serviceKeys } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import { StartError } from '@alink/runtime';
import { ThingModelError } from '@alink/thing-model';
import { CliError, ExitCode } from './exit-code';
import type { ServiceAddress } from './service-address';

/** Codes that deserve a word more than the service says. */
const hints: Partial<Record<number, string>> = {
  [Code.notFound]: 'dmctl product list, and dmctl device list <productKey>, show what there is.',
  [Code.deviceOffline]: 'dmctl log <productKey> <deviceName> shows when it was last seen, and why it left.',
  [Code.deviceTimeout]: 'It is online and did not answer in time: does its firmware handle this command?',
  [Code.notEmpty]: 'Delete what it still holds first: a product is deleted after its devices.',
  [Code.notImplemented]: 'The service at this address is older than this dmctl, or another one.',
};

/** The same for jobs. */
const jobHints: typeof hints = {
  [Code.notFound]: 'dmctl job list shows what there is.',
  [Code.notImplemented]: hints[Code.notImplemented],
};

/** What the device's answer means when it is not 200, for the codes that the platform itself gives. */
const words: Partial<Record<number, string>> = {
  [Code.deviceOffline]: 'the device is offline',
  [Code.deviceTimeout]: 'the device did not answer in time',
};

/**
 * Anything thrown, as a failure for people.
 * @param tried the services that the command turned to, the latest first
 * @param etcdSilent true when etcd was asked and does not answer
 */
export const describeError = (error: unknown, tried: readonly ServiceAddress[], etcdSilent = false): CliError => {
  if (error instanceof CliError) return error;
  if (error instanceof ThingModelError) return new CliError(ExitCode.usage, `thing model: ${error.message}`);
  if (error instanceof StartError) return new CliError(ExitCode.usage, error.message);
  if (error instanceof RpcError) {
    if (isSilence(error)) return unreachable(error, tried, etcdSilent);
    if (grpcStatus(error) === UNAUTHENTICATED) return stranger(error);
    return refusal(error.code, error.message, tried[0]?.service === serviceKeys.timedjob ? jobHints : hints);
  }
  return new CliError(ExitCode.refused, error instanceof Error ? (error.stack ?? error.message) : String(error));
};

/** A "no" of the platform or a device. */
export const refusal = (code: number, message: string, hintOf = hints): CliError => {
  const said = [words[code], message].filter((part, index, all) => part && all.indexOf(part) === index).join(': ');
  return new CliError(ExitCode.refused, `${said || 'refused'} (${code})`, { code, hint: hintOf[code] });
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

const unreachable = (error: RpcError, [address]: readonly ServiceAddress[], etcdSilent: boolean): CliError => {
  if (!address) return new CliError(ExitCode.unreachable, error.message);
  const { service, where, option } = address;
  if (etcdSilent) {
    return new CliError(ExitCode.unreachable, `etcd does not answer (looked for ${where})`, {
      hint: `ETCD_HOSTS says where etcd is; ${option} host:port does without it.`,
    });
  }
  const problem = error.unavailable ? 'is not reachable' : 'did not answer in time';
  return new CliError(ExitCode.unreachable, `${service} ${problem} (tried ${where})`, {
    hint: `Is ${service} running? "npm start" starts everything; ${option} host:port or ETCD_HOSTS say where it is.`,
  });
};
