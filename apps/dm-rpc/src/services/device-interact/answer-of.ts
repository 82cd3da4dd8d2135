/** What the caller who waited for a device hears. */
import { Code } from '@alink/contract';
import { RpcError } from '@alink/rpc';
import type { DeviceAnswer } from './waiting-commands';

/**
 * The answer of a device that did what it was told. One that did not is an error, as in unitedrhino: whoever looks at errors
 * only must not take it for done.
 * @throws {RpcError} 2000004 with the device's own code and words
 */
export const successOf = (answer: DeviceAnswer): DeviceAnswer => {
  const { code, msg } = answer;
  if (code === Code.ok) return answer;
  throw new RpcError(Code.deviceError, `the device answered ${code}${msg && `: ${msg}`}`, { details: [String(code)] });
};
