/** `SendOption` of an action: how long its caller waits, or how often it is sent where nobody waits. */
import { badParameter } from '../../wire/errors';
import type { Command } from './command-sender';

export interface SendOption {
  /** Seconds after which an asynchronous call has failed. */
  readonly timeoutToFail: string;
  /** Seconds that a synchronous call waits; those until an asynchronous one is sent again. */
  readonly requestTimeout: string;
  /** Seconds between further sendings of an asynchronous call; none are sent without it. */
  readonly retryInterval: string;
}

/** An asynchronous call waits so long in the background before it counts as timed out. */
const BACKGROUND_TIMEOUT_MS = 60_000;
/** Seconds. Calls under way are forgotten when the process ends; beyond that a job of timedjob.rpc is the right thing. */
const MAX_SECONDS = 86_400;

const secondsOf = (option: SendOption, name: keyof SendOption): number => {
  const seconds = Number(option[name]);
  if (seconds < 0 || seconds > MAX_SECONDS) throw badParameter(`option.${name}`, `must be 0 to ${MAX_SECONDS} seconds`);
  return seconds;
};

/** How an asynchronous call is sent. @throws {RpcError} 100006 for what makes no sense */
export const backgroundOf = (option: SendOption | null): Pick<Command, 'timeoutMs' | 'repeat'> => {
  if (!option) return { timeoutMs: BACKGROUND_TIMEOUT_MS };
  const timeoutMs = secondsOf(option, 'timeoutToFail') * 1000 || BACKGROUND_TIMEOUT_MS;
  const everyMs = secondsOf(option, 'retryInterval') * 1000;
  const afterMs = secondsOf(option, 'requestTimeout') * 1000 || everyMs;
  return everyMs > 0 ? { timeoutMs, repeat: { afterMs, everyMs } } : { timeoutMs };
};
