import { Code } from '@alink/contract/codes';
import { RpcError } from '@alink/rpc/rpc-error';

/** Milliseconds that dm.rpc may take beyond the time it gives the device. */
const SLACK_MS = 3000;

/** How long to wait for dm.rpc while it waits for the device. */
export const deadlineFor = (deviceSeconds: number) => ({ deadlineMs: deviceSeconds * 1000 + SLACK_MS });

/** The same where dm.rpc decides how long it waits: 8 s, the documented time of a synchronous call. */
export const ANSWER_DEADLINE_MS = deadlineFor(8).deadlineMs;

/**
 * What a device answered.
 * @throws {RpcError} for any code but 200
 */
export const readAnswer = (code: string, msg: string): { code: number; message: string } => {
  if (Number(code) !== Code.ok) throw new RpcError(Number(code), msg);
  return { code: Code.ok, message: msg || 'success' };
};
