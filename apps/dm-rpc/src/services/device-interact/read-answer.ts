/** A device's answer, as nodes pass it on. */
import { Code, readDevicePublish, type DevicePublish } from '@alink/contract';
import type { DeviceAnswer } from './waiting-commands';

interface Reply {
  readonly msgToken?: unknown;
  readonly code?: unknown;
  readonly msg?: unknown;
  readonly data?: unknown;
}

const answerIn = ({ code, msg, data }: Reply): DeviceAnswer => ({
  code: Number.isInteger(code) ? Number(code) : Code.deviceError,
  msg: typeof msg === 'string' ? msg : '',
  output: data === undefined || data === null ? '' : JSON.stringify(data),
});

const replyIn = ({ payload }: DevicePublish): Reply => (JSON.parse(payload.toString('utf8')) ?? {}) as Reply;

/** What a node answers to the request itself. @throws {SyntaxError | TypeError} on what is none */
export const readAnswer = (body: Buffer): DeviceAnswer => answerIn(replyIn(readDevicePublish(body)));

/**
 * The answer to a command among the uplinks of its device; undefined for any other. As unitedrhino's dm does, it goes by the
 * kind of message and the token alone, whatever the method is called.
 */
export const answerAmongUplinks = (
  body: Buffer,
  { type, msgToken }: { readonly type: string; readonly msgToken: string },
): DeviceAnswer | undefined => {
  try {
    const publish = readDevicePublish(body);
    if (publish.type !== type) return undefined;
    const reply = replyIn(publish);
    return String(reply.msgToken) === msgToken ? answerIn(reply) : undefined;
  } catch {
    // Whoever keeps uplinks says what is wrong with them.
    return undefined;
  }
};
